"""The XMPP servers that enforce what the panel says: their snapshots, and the module that runs in them."""
