"""/metrics: numbers for a monitoring system, in the text format of Prometheus."""
