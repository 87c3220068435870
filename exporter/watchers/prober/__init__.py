"""Probes each address and port as a client would, all the time, and keeps a ledger of outages.

attempt.py makes one attempt and result.py says how it ended; prober.py launches them in threads of its own,
as often as schedule.py says; kept_sessions.py shows at once that a server goes; outages.py is the ledger,
counters.py adds up, metrics.py and watcher.py put it on the page. result, schedule, outages, counters and
metrics are pure.
"""
