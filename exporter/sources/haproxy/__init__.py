"""haproxy."""
