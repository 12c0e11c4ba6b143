"""What the gateways are told: the objects as they are published, their revisions, and the endpoint."""
