"""The view as HTML: one page without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from exporter.web.status import wording
from exporter.web.status.strip import WIDTH, strip
from exporter.web.status.view import View

_WORDS = {"ok": "well", "info": "to know", "warn": "look", "bad": "broken", "unknown": "not known"}
_VERDICTS = {
    "ok": "Well",
    "warn": "Needs attention",
    "bad": "Broken",
    "unknown": "Not known",
}
_PHASES = ("detection", "address", "service", "reconnect")  # in the order of their time


class Renderer:
    """The template, read once. Its style and script are in the page, allowed by their digests alone."""

    def __init__(self, telemetry_path: str, zone: tzinfo | None = None):
        """`zone` is that of the times; None: the host's."""
        folder = files(__package__).joinpath("templates")
        style, script = (folder.joinpath(name).read_text() for name in ("status.css", "status.js"))
        self.policy = _policy(style, script)
        self._zone = zone
        # Every value is escaped, whatever the template does; what it lacks is an error, no empty text.
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters |= {"duration": wording.duration, "listed": wording.listed}
        environment.globals |= {
            "style": Markup(style),  # noqa: S704  # a file of ours
            "script": Markup(script),  # noqa: S704  # likewise
            "metrics": telemetry_path,
            "words": _WORDS,
            "verdicts": _VERDICTS,
            "phases": _PHASES,
            "width": WIDTH,
        }
        self._template = environment.from_string(folder.joinpath("status.html").read_text())

    def render(self, view: View) -> str:
        return self._template.render(  # the macros before the page leave empty lines
            view=view,
            clock=partial(wording.clock, now=view.at, zone=self._zone),
            ago=partial(wording.ago, now=view.at),
            zone=wording.zone_name(view.at, self._zone),
            strip=lambda service: strip(service, view.at, [one.at for one in view.failovers]),
            shares=shares,
        ).lstrip()


def shares(phases: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Name, begin and width of each phase in percent of the whole."""
    total, at, found = sum(phases.get(name, 0.0) for name in _PHASES), 0.0, []
    for name in _PHASES if total > 0 else ():
        part = phases.get(name, 0.0) / total * 100
        found.append((name, round(at, 2), round(part, 2)))
        at += part
    return [one for one in found if one[2] > 0]


def _policy(style: str, script: str) -> str:
    """Content-Security-Policy: this style, this script, asking this server again, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
