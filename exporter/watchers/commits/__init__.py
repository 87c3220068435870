"""Still writing? Rows committed through an address, and looked for again; off unless asked for."""
