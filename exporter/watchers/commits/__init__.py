"""The write probe: rows committed through an address and read back from the nodes; off unless configured."""
