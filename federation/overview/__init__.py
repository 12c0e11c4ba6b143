"""Home: what stands where, what happened last, what to do first."""
