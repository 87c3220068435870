"""What Prometheus and Alertmanager need; `src/` makes the rules and their unit tests."""
