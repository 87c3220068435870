"""The same faults told by one engine beside the other; replicas of which one is killed; dashboards' queries.

stacks.py      which engines, at which interval, stand beside each other on one lab
runs.py        fault after fault, each told by all of them at once; judged as the fault matrix judges
replicas.py    two Prometheus servers and two Alertmanagers, one of them killed: how many messages?
answers.py     every query of every dashboard, asked of VictoriaMetrics and of Prometheus
report.py      docs/engines.md (../engines.md.template);  cli.py  the command
"""
