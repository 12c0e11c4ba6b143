"""The tab Status: which gateway runs which revision, and what it refused."""
