"""Writes what is made from the rules in exporter/rules/: `make alerts`.

tests/*.yml      the unit tests as templates: times follow from the scrape interval
unit_tests.py    makes them for an interval
promises.py      the table of alerts/README.md: how soon each alert is told
mixin.py         what alerts/mixin/ imports
__main__.py      writes alerts/rules/ and alerts/tests/, a folder for each interval, and what those two make
"""
