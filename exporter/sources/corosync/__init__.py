"""corosync."""
