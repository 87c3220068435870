"""Clusters that people have beside the article's pair, and on each the faults that are its own.

expectations/   a file for each of the lab's shapes (deploy/lab/topologies): what must be notified of what
runs.py         a lab for each shape and release, fault after fault, by the fault matrix' trial
results.py      what was proved, when, with which versions;  report.py  docs/clusters.md
cli.py          the command
"""
