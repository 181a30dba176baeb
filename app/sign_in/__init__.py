"""Sign-in with Google and GitHub (A2): the browser's part of it, from the list of providers to a session."""
