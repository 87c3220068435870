"""What a site may choose, and what follows from it: durations, labels and the links of a rule."""

import math
import re
from dataclasses import dataclass

from exporter.rules.texts import expand

INTERVALS = range(1, 61)  # seconds: what is scraped more seldom is no longer told in minutes
READY = (5, 15, 30, 60)  # those in alerts/rules/
WRITTEN_FOR = 5  # seconds: `keep` is given for this interval
SCRAPES_IN_WINDOW = 4  # one that failed changes nothing
TICKET_WAITS = 5  # scrapes: group_wait of tickets, as alerts/alertmanager.yml has it for 5 s
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
TAKEN = re.compile(
    r"(alertname|alertstate|severity|job|instance|vip|port|resource|kind|from|to|cause|node|phase|state|reason"
    r"|rank|of|collector|proxy|server|link|status|agent|task|constraint|lost|check|file|sha256|fault|le|__.*)"
)
JOB = re.compile(r"[^\s\"'\\{}]+")
URL = re.compile(r"https?://[^\s\"'\\{}]+|\{\{ \$externalLabels\.\w+ \}\}")
UNITS = {"s": 1, "m": 60, "h": 3600}
# [1m] offset 1m | [1m] | offset 10s | time() - 60
DURATIONS = re.compile(
    r"\[(?P<window>\d+[smh])\](?: offset (?P<before>\d+[smh]))?"
    r"|\boffset (?P<offset>\d+[smh])"
    r"|\btime\(\) - (?P<age>\d+)"
)
CLUSTER = re.compile(r"\bcluster\b(?!:)")  # the label; a recorded series' name may begin with it
OF_JOB = re.compile(r"\bjob=([\"'])failover\1")
QUERY = re.compile(r'(?<=printf ")[^"]+(?=")')
TIME = re.compile(r"<(?P<what>for|window)(?: (?P<long>\d+[smh]))?>")


class Unusable(ValueError):
    """A choice that no rules can be made for, with what can be chosen."""


@dataclass(frozen=True)
class Site:
    """The choices. Links may be Prometheus's external labels, whose values prometheus.yml has."""

    interval: int = WRITTEN_FOR  # seconds between two scrapes, and between two evaluations
    job: str = "failover"
    cluster_label: str = "cluster"
    runbooks: str = "{{ $externalLabels.runbooks }}"
    grafana: str = "{{ $externalLabels.grafana }}"

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise Unusable(f"a scrape interval is {INTERVALS[0]} to {INTERVALS[-1]} s, not {self.interval} s")
        if not JOB.fullmatch(self.job):
            raise Unusable(f"{self.job!r} is no job's name: no spaces, quotes, braces or backslashes")
        if not LABEL.fullmatch(self.cluster_label):
            raise Unusable(f"{self.cluster_label!r} is no label's name: letters, digits and _")
        if TAKEN.fullmatch(self.cluster_label):
            raise Unusable(f"the label {self.cluster_label!r} means something else already")
        for url in (self.runbooks, self.grafana):
            if not URL.fullmatch(url):
                raise Unusable(f"{url!r} is not http(s)://…")

    def hold(self, seconds: float) -> int:
        """`for`: at least so long, in whole evaluations, which is when it is looked at."""
        return math.ceil(seconds / self.interval) * self.interval

    def keep(self, seconds: float) -> int:
        """`keep_firing_for`: as many evaluations as at the interval that it was written for."""
        return math.ceil(seconds / WRITTEN_FOR) * self.interval

    def outlasting(self, event: float, hold: float) -> int:
        """`keep_firing_for` of a ticket about what is shown for `event` seconds after it happened: Alertmanager
        sends nothing of an alert that began and ended while its group waited.
        """
        fires = self.window(event) - self.hold(hold) - 2 * self.interval  # it is scraped and evaluated late
        return max(0, self.hold((TICKET_WAITS + 1) * self.interval - fires))

    def offset(self, seconds: float) -> int:
        """At least so long ago, and at least one scrape."""
        return self.hold(seconds)

    def window(self, seconds: float) -> int:
        """At least so long, and at least four scrapes, without the second that query() adds."""
        return max(self.hold(seconds), SCRAPES_IN_WINDOW * self.interval)

    def query(self, expr: str) -> str:
        """With this site's durations, job and label.

        A range is a second longer than a whole number of scrapes: no sample lies on its boundary, which
        Prometheus 2 takes in and Prometheus 3 leaves out.
        """
        made = DURATIONS.sub(self._duration, expr)
        made = OF_JOB.sub(lambda match: f"job={match[1]}{self.job}{match[1]}", made)
        return CLUSTER.sub(self.cluster_label, made)

    def _duration(self, match: re.Match[str]) -> str:
        if match["age"]:
            return f"time() - {self.window(int(match['age']))}"
        if match["offset"]:
            return f"offset {duration(self.offset(seconds(match['offset'])))}"
        window = f"[{self._range(match['window'])}]"
        return f"{window} offset {self._range(match['before'])}" if match["before"] else window

    def _range(self, text: str) -> str:
        return duration(self.window(seconds(text)) + 1)

    def text(self, text: str, hold: float = 0) -> str:
        """A template for Prometheus; `hold` is what `<for>` says."""

        def words(match: re.Match[str]) -> str:
            if match["what"] == "for":
                return in_words(self.hold(hold))
            return in_words(self.window(seconds(match["long"])))

        template = expand(TIME.sub(words, " ".join(text.split())), "$labels.", "$value")
        template = QUERY.sub(lambda match: self.query(match[0]), template)
        return re.sub(r"\$labels\.cluster\b", f"$labels.{self.cluster_label}", template)


def interval(text: str) -> int:
    """Of what a person writes: 15s, 1m or 15. Raises Unusable."""
    found = re.fullmatch(r"(\d{1,4})([smh]?)", text)
    if not found or int(found[1]) * UNITS[found[2] or "s"] not in INTERVALS:
        raise Unusable(f"{text!r} is no scrape interval of {INTERVALS[0]} to {INTERVALS[-1]} s, as 15s")
    return int(found[1]) * UNITS[found[2] or "s"]


def seconds(text: str) -> int:
    """Of a duration in a rule: 10s, 5m, 1h."""
    return int(text[:-1]) * UNITS[text[-1]]


def duration(number: int) -> str:
    """As Prometheus reads it."""
    unit, size = max(
        ((unit, size) for unit, size in UNITS.items() if number % size == 0), key=lambda one: one[1]
    )
    return f"{number // size}{unit}"


def in_words(number: int) -> str:
    """For a person: 10 s, 90 s, 5 min, 1 h."""
    if number % 3600 == 0:
        return f"{number // 3600} h"
    return f"{number // 60} min" if number > 60 and number % 60 == 0 else f"{number} s"
