"""``make demo``: the panel with an organisation, two real Prosody servers on loopback, and people who chat.

It stands among the tests because it is made of their parts: servers, DNS and clients of tests/gateway.
"""
