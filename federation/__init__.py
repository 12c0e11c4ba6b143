"""The area Federation and External Access; one folder a noun."""
