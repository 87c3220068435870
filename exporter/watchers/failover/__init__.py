"""Sees each move and restart of the addresses and of what belongs to them, says why, and keeps a journal."""
