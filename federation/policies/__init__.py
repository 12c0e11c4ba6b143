"""External access policies: what users may do beyond the organisation."""
