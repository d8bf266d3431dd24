"""Nothing to do. The machine starts, finds this, and ends with status 0."""
