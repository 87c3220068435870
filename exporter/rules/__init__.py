"""The alert rules, made for a site: its scrape interval, its job, its label of clusters.

vip.py …     one module a group: what fires, after how long, and what it says (one file of alerts/rules/ each)
rule.py      what a rule is, before it is made for a site
texts.py     the parts of texts that ask Prometheus
site.py      what a site chooses, and what follows: durations, job, label
layout.py    the text of a rule file
groups.py    all of them
"""
