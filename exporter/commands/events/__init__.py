"""`failover-exporter events`: the journal of failovers.

command  reads the journal and prints it
table    for a person, or as JSON
"""
