"""SIP federated domains: allowed and blocked ones."""
