"""`failover-exporter status`: asks the exporter that runs, and shows what its page at / shows."""
