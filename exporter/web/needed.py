"""The series that alert rules, dashboards and runbooks ask for: what a site with many clusters keeps.

needed.txt has them, a name a line, as `pytest tests/web/test_needed.py --update-golden` finds them.
"""

from functools import cache
from importlib.resources import files

NEEDED = "needed"  # the value of the query's `metrics`


@cache
def needed() -> frozenset[str]:
    """The names of series, so without the buckets of a histogram whose count alone is asked for."""
    return frozenset(files(__package__).joinpath("needed.txt").read_text().split())
