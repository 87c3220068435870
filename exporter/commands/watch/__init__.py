"""The command `failover-exporter watch`: probes one address as the exporter does, and shows it live."""
