"""The unit tests for promtool, made for a scrape interval.

A template counts samples: `1x12 0x28` is 13 samples of 1, at any interval, and then the fault. In `[[ ]]`:
  interval, interval_seconds   between two samples, as for the rules; as Prometheus writes it, as a number
  at(15)               when the sample 15 is taken; the first one is 0
  fires("VIPNotHeld")  when that alert fires for a fault that sample 13 is the first to show; or
  fires("VIPNotHeld", 20)  sample 20
  before("VIPNotHeld") the evaluation before that
  samples(10)          how many evaluations `for: 10s` takes; in_window(60) how many samples [1m] holds
  kept("VIPOutage")    how many evaluations it fires on when its expression shows nothing any more
  hold(10), window(60)   those durations of a rule, in words
  duration(75), clock(75)            seconds, and seconds since 1970, as Prometheus's templates write them
Each expected alert gets its rank, and each page what it says of a takeover where no exporter reports one.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from exporter.rules.groups import ALERTS
from exporter.rules.layout import kept
from exporter.rules.ranks import RANKS
from exporter.rules.rule import Severity
from exporter.rules.site import READY, Site, in_words

TEMPLATES = Path(__file__).parent / "tests"
SERIES = re.compile(r'\blabels: ALERTS\{alertname="(?P<alert>\w+)"')  # that an expression is expected to give
FAULT = 13  # the sample that is the first to show it, where a test says nothing else
ENVIRONMENT = jinja2.Environment(
    variable_start_string="[[",
    variable_end_string="]]",
    block_start_string="[%",
    block_end_string="%]",
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701  # YAML, not HTML
    keep_trailing_newline=True,
)


def folders() -> dict[str, dict[str, str]]:
    """By the name of the folder, the files by their names."""
    return {f"{interval}s": made(interval) for interval in READY}


def made(interval: int) -> dict[str, str]:
    """One file for each template, by its name."""
    return {path.name: _rendered(path, Site(interval)) for path in sorted(TEMPLATES.glob("*.yml"))}


def _rendered(path: Path, site: Site) -> str:
    text = "\n".join(_completed(ENVIRONMENT.from_string(path.read_text()).render(_names(site))))
    return f"# Made by `make alerts` from alerts/src/tests/{path.name}; change it there.\n{text}"


def _completed(text: str) -> Iterator[str]:
    alert = ""
    for line in text.split("\n"):
        if named := re.search(r"\balertname: (\w+)", line):
            alert = named[1]
        ranked = SERIES.sub(lambda match: f'{match[0]}, rank="{RANKS[match["alert"]]}"', line)
        yield ranked.replace("exp_labels: {", f'exp_labels: {{rank: "{RANKS.get(alert)}", ')
        url = re.match(r" +(?=dashboard_url: )", line)
        if url and ALERTS[alert].severity is Severity.CRITICAL:
            yield f"{url[0]}takeover: not known"


def _names(site: Site) -> dict[str, str | int | Callable[..., str | int]]:
    every = site.interval

    def at(sample: int) -> str:
        return f"{sample * every}s"

    def fires(alert: str, first: int = FAULT) -> str:
        rule = ALERTS[alert]
        return f"{first * every + site.offset(rule.needs) + site.hold(rule.hold)}s"

    def before(alert: str, first: int = FAULT) -> str:
        return fires(alert, first - 1)

    return {
        "interval": f"{every}s",
        "interval_seconds": every,
        "at": at,
        "fires": fires,
        "before": before,
        "samples": lambda long: site.hold(long) // every,
        "in_window": lambda long: site.window(long) // every + 1,
        "kept": lambda alert: kept(ALERTS[alert], site) // every,
        "hold": lambda long: in_words(site.hold(long)),
        "window": lambda long: in_words(site.window(long)),
        "duration": _duration,
        "clock": _clock,
    }


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes}m {rest}s"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def _clock(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
