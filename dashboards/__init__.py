"""Grafana dashboards: written in `src/`, generated into the JSON files beside it."""
