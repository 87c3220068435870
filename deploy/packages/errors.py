class CannotBuild(Exception):
    """A package can't be built here; the message says why, and what to do."""
