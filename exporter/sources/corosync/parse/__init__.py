"""The output of Corosync's tools, one module for each tool or part of it (pure)."""
