"""The command `failover-exporter watch`: knocks on one address as the exporter does, and shows it live."""
