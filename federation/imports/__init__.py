"""Users from CSV files: the command, and the pages that upload, show and import."""
