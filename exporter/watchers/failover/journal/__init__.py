"""What is kept of each event: what clients felt of it, its phases, the totals, and the file on disk."""
