"""The files that Keepalived writes when a signal asks it to."""
