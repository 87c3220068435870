"""The parts of alerts' texts: Prometheus's templates, which ask Prometheus while they are written."""

import re

LABEL = re.compile(r"=\$(\w+)")
FILTERS = {"duration": "humanizeDuration", "percent": "humanizePercentage", "time": "humanizeTimestamp"}
FILTER = "|".join(FILTERS)


def asked(query: str) -> str:
    """The beginning of a pipeline; `cluster=$cluster` in the query is that label of the alert.

    The query is quoted by `"`, so that its own strings need `'`.
    """
    labels = " ".join(f"$labels.{name}" for name in LABEL.findall(query))
    text = LABEL.sub("='%s'", query)
    return f'printf "{text}" {labels} | query'


def names(query: str, label: str, each: str = "", none: str = "", before: str = "") -> str:
    """`before` and what the query finds, in the order of a label, with commas between; `none` where it finds nothing.

    `each` has `$label` and `$value`, that is `$value|duration`, of one result; without it, it is the label.
    """
    one = expand(each or f"${label}", "$s.Labels.", "$s.Value")
    otherwise = f"{{{{ else }}}}{none}" if none else ""
    listed = f"{{{{ range $n, $s := . }}}}{{{{ if $n }}}}, {{{{ end }}}}{one}{{{{ end }}}}"
    return f'{{{{ with {asked(query)} | sortByLabel "{label}" }}}}{before}{listed}{otherwise}{{{{ end }}}}'


def first(query: str, text: str, none: str = "") -> str:
    """The text, with `$label` and `$value` of the first result; `none` where there is none."""
    otherwise = f"{{{{ else }}}}{none}" if none else ""
    one = expand(text, "(. | first).Labels.", ". | first | value")
    return f"{{{{ with {asked(query)} }}}}{one}{otherwise}{{{{ end }}}}"


def expand(text: str, labels: str, value: str) -> str:
    """`$vip` and `$value|duration` outside of `{{ }}`, as templates."""

    def template(match: re.Match[str]) -> str:
        if match["action"]:
            return match[0]
        what = value if match["name"] == "value" else f"{labels}{match['name']}"
        return f"{{{{ {what} | {FILTERS[match['filter']]} }}}}" if match["filter"] else f"{{{{ {what} }}}}"

    return re.sub(rf"(?P<action>\{{\{{.*?\}}\}})|\$(?P<name>\w+)(?:\|(?P<filter>{FILTER}))?", template, text)


# Of each page: whoever is woken asks this next. By Pacemaker's own scheduler, see docs/metrics.md.
TAKEOVER = names(
    "max by (lost, reason) (failover_takeover_blocked_info{cluster=$cluster})",
    "lost",
    each="not from $lost ($reason)",
    none=first("min(failover_takeover_ready{cluster=$cluster}) == 1", "yes", none="not known"),
)
