"""`make fleet`: many clusters in one real Prometheus, what each costs, and ten that fail at once.

faults.py      what befalls those that fail, and what must be told
record.py      takes recordings of real clusters in the lab;  recording.py  what they are;  recordings/  them
film.py        pages of a recording that go on: counters increase, times advance (pure)
server.py      the program that serves the pages of all exporters
programs.py    that program, Prometheus and Alertmanager on the loopback
run.py         one run;  dashboard.py  what the Fleet dashboard asks
verdict.py     whether exactly the right clusters were told (pure)
figures.py     what was measured;  results.py  all of it, as tables (pure);  report.py  docs/scaling.md
"""
