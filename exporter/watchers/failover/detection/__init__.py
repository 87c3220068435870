"""From snapshots of the cluster to moves and restarts with their causes: pure, by contract.

snapshot   what of Pacemaker's reading decides where the watched resources run, and why
rules      location rules, evaluated with a node's attributes
changes    what is different between two snapshots: the evidence
evidence   changes, kept for the events that they may explain
placement  where one resource ran, from snapshot to snapshot: its moves and restarts
causes     the table of rules: from a move and its evidence to a cause
detector   the state machine that puts these together
"""
