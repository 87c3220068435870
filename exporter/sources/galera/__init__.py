"""galera."""
