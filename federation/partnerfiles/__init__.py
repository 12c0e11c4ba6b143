"""XMPP federated partners from CSV files: what a file says, what an import would do, and its page."""
