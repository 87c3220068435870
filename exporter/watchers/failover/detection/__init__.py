"""From snapshots of the cluster to moves and restarts with their causes: pure, by contract."""
