"""May they talk? One pure decision, and what explains it."""
