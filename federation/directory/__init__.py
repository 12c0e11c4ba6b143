"""The organisation's users: who they are, where they are at home, which policy governs them."""
