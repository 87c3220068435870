"""What Corosync's tools print, one module for each tool or section (pure)."""
