"""Where users are at home: sites."""
