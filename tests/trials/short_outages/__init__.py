"""Outages of 0.05 to 0.13 s: how many are counted, and how long they are said to be.

cli      the command line
network  a network of its own, and what is rejected or dropped in it for a time
servers  three real MariaDB behind a real HAProxy
probing  the exporter that is judged, and the clients that are the ground truth
rounds   makes outages, and notes what the page counted
verdict  rounds compared with what clients had (pure)
report   docs/short-outages.md
"""
