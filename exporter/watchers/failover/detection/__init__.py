"""From snapshots of the cluster to moves and restarts with their causes: pure, by contract.

snapshot   what of Pacemaker's reading decides where the watched resources run, and why
names      what Pacemaker's tools call the same thing by different names
rules      location rules, evaluated with a node's attributes
kinds      a change, and the kinds of changes
changes    what is different between two snapshots: the evidence
attributes the part of it that is about the attributes of nodes
evidence   changes, kept for the events that they may explain
placement  where one resource ran, from snapshot to snapshot: its moves and restarts
instances  clones that an address depends on: restarts of the instance beside it
causes     the table of rules: from a move and its evidence to a cause
detector   the state machine that puts these together
"""
