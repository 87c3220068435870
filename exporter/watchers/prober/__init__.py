"""Knocks on the floating addresses as a client would, and keeps the ledger of outages."""
