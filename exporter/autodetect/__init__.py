"""A configuration for a host that has none: what a balancer itself says of its cluster.

cib.py           the floating addresses in Pacemaker's configuration
found.py         all of it together, as a configuration and as lines for the log
detect.py        looks: files, the running HAProxy, Pacemaker's tools
"""
