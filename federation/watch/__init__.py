"""Watching certificates, ours and our partners': what servers show, and who is told before one ends."""
