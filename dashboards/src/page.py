"""What all dashboards have in common: variables, annotations, links between them, rows and ids."""

import json

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus, statetimeline, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from dashboards.src import facts
from dashboards.src.links import RUNBOOKS, TAG, TITLES, others
from dashboards.src.panels import AXIS, SOURCE, Panel, Query
from dashboards.src.promql import of_alerts
from dashboards.src.theme import ACTIVE, BAD

STEP = "15s"  # of annotations: closer together they are one
EVERYTHING = dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])
EVERY_EXPORTER = "failover_exporter_build_info"  # a metric that each of them has


class Page:
    """A dashboard that is being filled, row by row; each row adds up to 24 columns."""

    def __init__(self, uid: str, question: str, since: str, *, marked: bool = True):
        """`marked`: failovers and alerts are marked on the time axes; else only if asked for at the top."""
        self._ids = 0
        self._page = build.Dashboard(TITLES[uid]).uid(uid).description(question).tags([TAG]).readonly()
        self._page.time(since, "now").refresh("30s").timezone("browser").version(1)
        self._page.tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        self._page.variables([source(), *chosen(), runbooks()])
        self._page.link(others())
        self._marked = marked
        self._timelines = list[int]()

    def row(self, title: str, *panels: tuple[Panel, int], height: int, for_each_cluster: bool = True) -> None:
        """Panels and their widths under a heading; once for each cluster that is chosen."""
        heading = build.Row(title).id(self._next())
        if for_each_cluster:
            heading.repeat("cluster")
        self._page.with_row(heading)
        self.more(*panels, height=height)

    def more(self, *panels: tuple[Panel, int], height: int) -> None:
        """Below the panels before, under the same heading."""
        for panel, width in panels:
            if width == 24 and isinstance(panel, statetimeline.Panel | timeseries.Panel):
                panel.axis_width(AXIS)
            number = self._next()
            if isinstance(panel, statetimeline.Panel):
                self._timelines.append(number)
            self._page.with_panel(panel.id(number).span(width).height(height))

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def json(self) -> str:
        self._page.annotations([self._mark(failovers()), self._mark(alerts())])
        return encode(self._page.build())

    def _mark(self, mark: build.AnnotationQuery) -> build.AnnotationQuery:
        """Not on timelines of states: its line would cut through their words."""
        timelines = build.AnnotationPanelFilter().exclude(True).ids(self._timelines)
        return mark.enable(self._marked).filter(timelines)


def encode(page: dashboard.Dashboard) -> str:
    """Without the `placement` that the SDK gives links and annotations: it would hide them in a menu."""

    def plain(found: dict[str, object]) -> dict[str, object]:
        return {key: value for key, value in found.items() if (key, value) != ("placement", "inControlsMenu")}

    pure = json.loads(json.dumps(page, cls=JSONEncoder), object_hook=plain)
    return json.dumps(pure, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def source() -> build.DatasourceVariable:
    return build.DatasourceVariable("datasource").label("Data source").type("prometheus")


def chosen() -> list[build.QueryVariable]:
    """The variables by which every query is filtered; the values of each depend on those chosen before it."""
    found, matchers = [], list[str]()
    for name in ("cluster", "job", "instance"):
        metric = f"{EVERY_EXPORTER}{{{', '.join(matchers)}}}" if matchers else EVERY_EXPORTER
        query = f"label_values({metric}, {name})"
        variable = build.QueryVariable(name).label(name.capitalize()).datasource(SOURCE)
        variable.query({"query": query, "refId": "StandardVariableQuery"}).definition(query)
        variable.multi(True).include_all(True).all_value(".+").current(EVERYTHING)
        variable.refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        found.append(variable.sort(dashboard.VariableSort.ALPHABETICAL_ASC))
        matchers.append(f'{name}=~"${name}"')
    return found


def runbooks() -> build.ConstantVariable:
    return build.ConstantVariable("runbooks").label("Runbooks").value(RUNBOOKS)


def failovers() -> build.AnnotationQuery:
    """At the time of the event, not at that of the scrape."""
    query = Query(f"({facts.MARKS} > ${{__from}} / 1000) * 1000")
    mark = _annotation("Failovers", query, ACTIVE).use_value_for_time(True)
    return mark.title_format("{{what}}").text_format("{{cluster}}: {{kind}}, because of {{cause}}")


def alerts() -> build.AnnotationQuery:
    """Only when each begins to fire: regions would lie over the colours of the timelines."""
    firing = of_alerts(severity=("critical", "warning"))
    query = Query(f"{firing} unless {firing} offset $__interval")
    mark = _annotation("Firing alerts", query, BAD).tag_keys("severity")
    return mark.title_format("{{alertname}}").text_format("{{cluster}} {{severity}}")


def _annotation(name: str, query: Query, color: str) -> build.AnnotationQuery:
    """The query is there twice: Grafana 10 reads `expr` and `step`, later ones `target`."""
    target: prometheus.Dataquery = query.build("A").interval(STEP)
    mark = build.AnnotationQuery().name(name).datasource(SOURCE).icon_color(color)
    return mark.expr(query.expr).step(STEP).target(target)
