"""The container image: Containerfile, what its build sees, and healthy.py, its health check."""
