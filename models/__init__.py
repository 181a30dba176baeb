"""Tables, and the statements that only the ledger's tables need. Imports `domain` alone of ours."""
