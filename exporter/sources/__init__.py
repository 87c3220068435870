"""The systems that are read when Prometheus scrapes, one folder each; none imports another."""
