"""The browser's side: self-hosted GraphiQL."""
