"""What several trials share; a trial imports from here and from the lab, never from another trial.

command.py        the command line of a trial: its options, where progress and results go
circumstances.py  when, where, and with which versions something was measured
report.py         documents from templates;  tables.py  tables for the terminal and for documents (pure)
client.py         the ground truth: a client every 10 ms or so, without any code of the exporter
ground_truth.py   that client on a host of the lab;  truth.py  its log as outages (pure)
members.py        a program with a page of metrics on a host of the lab;  page_client.py  scrapes it
large.py          this exporter in front of a HAProxy with many servers
processes.py      CPU and memory of a process, from the kernel
packages.txt      Debian packages of the exporters in common use
"""
