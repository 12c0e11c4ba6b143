"""Certificates of the XMPP gateway: requests, keys, trusted authorities, and which one is used when."""
