"""The fault matrix: every fault of the lab, and which alerts reached the on-call person.

expectations.yml   what each fault means to clients, and so what must page, must warn and may warn
expectations.py    that file as data
trial.py           one fault: inject, watch, heal, wait for the all-clear
today.py           the same faults by today's exporters and rules (today/)
verdict.py         what was notified, compared with what was expected (pure)
results.py         what became of each fault;  report.py  docs/fault-matrix.md
cli.py             the command
engines/           the same faults told by other engines: docs/engines.md
"""
