"""The frame every page shares: list pages, details pages, preferences, template tags."""
