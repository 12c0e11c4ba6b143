"""Every write of the room, a module a noun."""
