"""Pacemaker's readings as metric families."""
