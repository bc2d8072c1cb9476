"""One module for each request that starts a job: what computes it."""
