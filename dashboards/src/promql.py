"""The parts that queries are made of."""

from collections.abc import Iterable, Mapping

from dashboards.src.theme import State

FROM = "cluster, job, instance"  # the labels that identify an exporter


def pick(metric: str, **labels: str | tuple[str, ...]) -> str:
    """The metric, of what is chosen at the top of the dashboard; of several values any will do."""
    chosen = ['cluster=~"$cluster"', 'job=~"$job"', 'instance=~"$instance"']
    return _selector(metric, [*chosen, *_matchers(labels)])


def of_alerts(**labels: str | tuple[str, ...]) -> str:
    """Alerts that fire. Chosen by cluster alone: most rules aggregate to it, without job and instance."""
    return _selector("ALERTS", ['cluster=~"$cluster"', 'alertstate="firing"', *_matchers(labels)])


def alerts_began(**labels: str | tuple[str, ...]) -> str:
    """Since when the condition of alerts holds, pending ones too: seconds since 1970."""
    return _selector("ALERTS_FOR_STATE", ['cluster=~"$cluster"', *_matchers(labels)])


def _matchers(labels: Mapping[str, str | tuple[str, ...]]) -> list[str]:
    return [
        f'{name}="{value}"' if isinstance(value, str) else f'{name}=~"{"|".join(value)}"'
        for name, value in labels.items()
    ]


def _selector(metric: str, matchers: Iterable[str]) -> str:
    return f"{metric}{{{', '.join(matchers)}}}"


def per_second(metric: str, **labels: str | tuple[str, ...]) -> str:
    return f"rate({pick(metric, **labels)}[$__rate_interval])"


def counted(metric: str, **labels: str | tuple[str, ...]) -> str:
    """How much was counted since the point before, exactly.

    increase() extrapolates to 2.4 of 2, and a rate spreads a moment over its window. A counter that was reset
    counts as nothing.
    """
    one = pick(metric, **labels)
    return f"clamp_min({one} - {one} offset $__interval, 0)"


def since_begin(metric: str, **labels: str | tuple[str, ...]) -> str:
    """How much was counted in the time range that is shown; nothing where that is 0 since ever.

    Of a counter that was reset or is new, all. Two samples of each series, where in_range() reads all between
    them, and only of those that ever counted: for a thousand clusters.
    """
    one = pick(metric, **labels)
    return f"(({one} > 0) - {one} offset $__range >= 0 or {one} > 0)"


def at_end(expr: str) -> str:
    """Of an expression without ranges: its value at the end of what is shown, for every point of a graph."""
    return expr.replace("}", "} @ end()")


def in_range(metric: str, **labels: str | tuple[str, ...]) -> str:
    """How much was counted in the time range that is shown."""
    return f"increase({pick(metric, **labels)}[$__range])"


def by_host(expr: str) -> str:
    """With the label `host`: the instance without its port."""
    return f'label_replace({expr}, "host", "$1", "instance", "(.+):[0-9]+")'


def named(expr: str, label: str, text: str) -> str:
    return f'label_replace({expr}, "{label}", "{text}", "", "")'


def or_zero(expr: str, known: str) -> str:
    """For metrics that exist only where something is wrong: 0 without them, as long as `known` exists."""
    return f"({expr} or max by (cluster) ({known}) * 0)"


def doubled(expr: str, what: str) -> str:
    """0 and 1 become 0, 1 and 2: 2 where more than one of what should be one is 1."""
    return f"{expr} + {expr} * on ({what}) group_left () (sum by ({what}) ({expr}) > bool 1)"


def coded(cases: Mapping[State, str]) -> str:
    """The value of the first state whose case is 1; cases are 0 or 1, all with the same labels."""
    return " or ".join(f"({case} == 1) * {state.value}" for state, case in cases.items())


def _balancers() -> str:
    return pick("ha_cluster_scrape_success", collector=("pacemaker", "keepalived"))


def of_balancers(expr: str) -> str:
    """Without the hosts outside of the cluster: they hold no address."""
    return f"({expr} and on ({FROM}) {_balancers()})"


def of_clients(expr: str) -> str:
    """As measured by hosts outside of the cluster; where there is none, by the balancers."""
    return f"(({expr} unless on ({FROM}) {_balancers()}) or on (cluster) {expr})"
