"""`make compare`: this exporter compared with the ones in common use, on one live cluster.

documented.py   every intended difference, with its reason: data
parity.py       two pages, series by series (pure)
figures.py      what many scrapes cost, and whether the targets are met (pure)
peers.py        the other exporters, and how they are started and stopped on the lab's hosts
rounds.py       parity and cost, measured
asked.py        what Corosync, Pacemaker, HAProxy and MariaDB spend on the exporters
growth.py       the exporter in front of ever larger clusters; cib.py, standin.py are two of those clusters
tables.py       results as tables; report.py, docs/comparison.md
"""
