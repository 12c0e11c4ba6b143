"""XMPP federated partners: the domains that users may talk to by XMPP, and how streams with them are made."""
