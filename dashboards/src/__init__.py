"""What the dashboards are made of.

theme.py        one palette, and what its colours mean; states by name
promql.py       pieces of queries that several dashboards share
panels.py       each kind of panel with its habits
page.py         what all dashboards have: variables, annotations, links, rows, numbers
fleet.py …      one module a dashboard: its question, its panels
interpolate.py  the queries as Grafana would send them, for tests and pictures
__main__.py     writes the JSON: `make dashboards`
"""
