"""Attacks on a real exporter process: on its pages, its password check, its certificates, its tools, its
journal and its configuration. All on loopback, bounded in number and time; no cluster is needed.

doubles      what the exporter reads and probes: a database that refuses, a large HAProxy, Pacemaker's tools
target       the exporter under attack: its process, log and page
observer     scrapes all the while as Prometheus does
clients      clients that misbehave
on_pages, on_passwords, on_certificates, on_tools, on_journal, on_configuration: the attacks, a function each
results      what came of each, and which promise it is about
cli, report  the command, and docs/reliability.md
"""
