"""HAProxy's answers as text, one module for each command (pure)."""
