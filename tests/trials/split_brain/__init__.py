"""`make split-brain`: which sign shows which split, on the real cluster; and that nothing ordinary shows one.

signs.py says what the pages show (pure), sampling.py reads them, runs.py breaks things, report.py writes it
down.
"""
