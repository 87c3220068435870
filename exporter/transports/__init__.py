"""The only modules that reach outside. Each call takes a Deadline and ends by it."""
