"""`make pictures`: what the dashboards show of a failover, drawn without Grafana for the README.

failover.py   a failover in the lab, and what its Prometheus answers to the dashboards' queries
queries.py    which queries a dashboard asks (pure)
recording.py  the answers, kept in one file
scene.py      a dashboard with its answers, as the page takes it (pure)
drawing.py    Node.js and Chromium
page/         the page: TypeScript, with Grafana's own libraries
"""
