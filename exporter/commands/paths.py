"""Where files are that nobody names: without an import, so that the command line starts at once."""

from pathlib import Path

DEFAULT_CONFIG = Path("/etc/failover-exporter/config.yml")
