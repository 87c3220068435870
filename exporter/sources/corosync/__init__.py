"""Corosync: membership and quorum, links, the totem protocol's counters, the quorum device."""
