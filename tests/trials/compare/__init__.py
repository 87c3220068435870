"""`make compare`: this exporter beside the ones that people use today, on one live cluster.

documented.py   every difference that is meant, with its reason: data
page.py         a page as series with values (pure)
parity.py       two pages, series by series (pure)
figures.py      what many scrapes cost, and whether the targets are met (pure)
processes.py    CPU and memory of a process, from the kernel
client.py       scrapes as Prometheus does, from inside a host's network
members.py      the peers, and how they are started and stopped on the lab's hosts
rounds.py       parity and cost, measured
growth.py       the exporter in front of ever larger clusters; farm.py, cib.py, standin.py are those clusters
tables.py       results as tables; report.py, docs/comparison.md
"""
