"""Rules as the text of a rule file."""

import re
import textwrap
from collections.abc import Iterator, Mapping

from exporter.rules.rule import Alert, Group, Recording, Severity
from exporter.rules.site import Site, duration
from exporter.rules.texts import TAKEOVER

WIDTH = 118
BRACKETS = re.compile(r"\{[^}]*\}|\"[^\"]*\"")  # what is in these opens and closes nothing
ACTION = re.compile(r"\{\{[^{}\"]{1,60}\}\}")  # of a template; one without a query stays on one line


def group(one: Group, site: Site) -> str:
    """The group as an entry of `groups:`, with its comments."""
    rules = "\n\n".join("\n".join(_rule(rule, one, site)) for rule in one.rules)
    return f"  - name: {one.name}\n    interval: {duration(site.interval)}\n    rules:\n{rules}\n"


def file(header: str, *groups: Group, site: Site) -> str:
    """A whole rule file."""
    about = "".join(f"{_comment(one)}\n" for one in groups)
    return f"{header}{about}groups:\n" + "\n".join(group(one, site) for one in groups)


def _comment(one: Group) -> str:
    lines = [f"# {line}".rstrip() for line in textwrap.dedent(one.about).strip().splitlines()]
    lines += [
        line
        for name, threshold in one.thresholds.items()
        for line in _wrapped(f"{name} = {threshold.value:g}   {threshold.about}", "#   ", "#     ")
    ]
    return "\n".join(lines)


def kept(rule: Alert, site: Site) -> int:
    """Seconds that it fires on when its expression shows nothing any more."""
    return max(site.keep(rule.keep), site.outlasting(rule.event, rule.hold) if rule.event else 0)


def _rule(rule: Recording | Alert, of: Group, site: Site) -> Iterator[str]:
    yield from _wrapped(" ".join(rule.why.split()), "      # ", "      # ")
    expr = site.query(of.filled(rule.expr))
    if isinstance(rule, Recording):
        yield f"      - record: {rule.record}"
        yield from _block("expr", expr)
        return
    yield f"      - alert: {rule.alert}"
    yield from _block("expr", expr)
    if rule.hold:
        yield f"        for: {duration(site.hold(rule.hold))}"
    if keep := kept(rule, site):
        yield f"        keep_firing_for: {duration(keep)}"
    yield "        labels:"
    yield from (f"          {name}: {_quoted(value)}" for name, value in rule.all_labels().items())
    yield "        annotations:"
    for name, text in _texts(rule, site).items():
        yield f"          {name}: >-"
        whole = ACTION.sub(lambda match: match[0].replace(" ", "\0"), text)
        whole = whole.replace("{{ ", "{{\0").replace(" }}", "\0}}")
        yield from (line.replace("\0", " ") for line in _wrapped(whole, "            ", "            "))
    yield f"          runbook_url: '{site.runbooks}/{rule.alert}.md'"
    yield f"          dashboard_url: '{_dashboard(rule, site)}'"


def _texts(rule: Alert, site: Site) -> Mapping[str, str]:
    asked = {"takeover": TAKEOVER} if rule.severity is Severity.CRITICAL else {}
    texts = {"summary": rule.summary, "description": rule.description, **asked, **rule.texts}
    return {name: site.text(rule.filled(text), rule.hold) for name, text in texts.items()}


def _quoted(value: str) -> str:
    """A number as the text that a label's value is."""
    return f'"{value}"' if value.isdigit() else value


def _dashboard(rule: Alert, site: Site) -> str:
    of_cluster = f"?var-cluster={{{{ $labels.{site.cluster_label} }}}}" if rule.of_a_cluster else ""
    return f"{site.grafana}/d/{rule.dashboard}{of_cluster}"


def _block(name: str, expr: str) -> Iterator[str]:
    """Indented by its parentheses, however it was put together."""
    yield f"        {name}: |-"
    depth = 0
    for line in filter(None, (line.strip() for line in expr.splitlines())):
        own = BRACKETS.sub("", line)
        yield "  " * (5 + depth - own.startswith(")")) + line
        depth += own.count("(") - own.count(")")


def _wrapped(text: str, begin: str, more: str) -> list[str]:
    """Broken at spaces only: a name with a hyphen stays whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=begin,
        subsequent_indent=more,
        break_long_words=False,
        break_on_hyphens=False,
    )
