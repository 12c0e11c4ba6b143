"""The edge: what may pass at all, and how the XMPP gateway holds its connections."""
