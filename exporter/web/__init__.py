"""The HTTP side: the metrics page, and security by web.config.file."""
