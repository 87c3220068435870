"""What the dashboards are made of.

theme.py        one palette, and what its colours mean; states by name
promql.py       the parts of queries;  facts.py  queries about a whole cluster
links.py        where links lead
panels.py       each kind of panel with its habits
page.py         what all dashboards have: variables, annotations, links, rows, numbers
fleet.py …      one module a dashboard: its question, its panels
clients.py …    panels by what they are about: pacemaker.py, corosync.py, vrrp.py, haproxy_traffic.py, …
targets.py      what a dashboard asks, read from its JSON;  interpolate.py  as Grafana would send it
__main__.py     writes the JSON: `make dashboards`
"""
