"""The command `failover-exporter events`: the journal for a person, or as JSON."""
