"""SIP federated providers: hosted and public ones."""
