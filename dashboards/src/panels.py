"""Each kind of panel with its defaults: the one place for legends, tooltips and colours."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from grafana_foundation_sdk.builders import common as build_common
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat, QueryEditorMode

from dashboards.src.links import runbook, view
from dashboards.src.theme import ACTIVE, BAD, NUMBERED, State

SOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")
AXIS = 210  # pixels for names left of the plot, where panels above each other share their time axis
LEAST = {"percentunit": 0.01, "s": 0.001}  # what an axis reaches at the least, by unit; else 1
DASHES = {"fill": "dash", "dash": [8, 6]}
BARS = 200  # points of what is drawn as bars, so that each can be seen

Panel = stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel
P = TypeVar("P", stat.Panel, statetimeline.Panel, table.Panel, timeseries.Panel)
Drawn = Literal["lines", "areas", "bars"]  # areas and bars stand on each other; bars are of what is counted
FILL = {"lines": 8, "areas": 60, "bars": 85}  # percent
Step = dashboard.DataTransformerConfig
Limits = tuple[tuple[float | None, str], ...]  # from which value on, which colour


@dataclass(frozen=True)
class Query:
    expr: str
    legend: str = ""
    instant: bool = False
    table: bool = False
    limit: bool = False  # that the others should stay below

    @property
    def by_label(self) -> bool:
        return "{{" in self.legend

    def build(self, ref: str) -> prometheus.Dataquery:
        query = prometheus.Dataquery().expr(self.expr).ref_id(ref).legend_format(self.legend)
        query.datasource(SOURCE).editor_mode(QueryEditorMode.CODE)
        if self.table:
            query.format(PromQueryFormat.TABLE)
        return query.instant() if self.instant else query.range()


@dataclass(frozen=True)
class Column:
    """Of a table. With limits or states its cells are coloured."""

    title: str
    unit: str = "none"
    limits: Limits = ()
    states: tuple[State, ...] = ()
    width: int | None = None  # pixels
    link: str = ""  # where a click leads

    def properties(self) -> list[dashboard.DynamicConfigValue]:
        found: dict[str, object] = {"unit": self.unit}
        if self.limits:
            found["thresholds"] = _thresholds(self.limits).build()
        if self.states:
            found["mappings"] = _mappings(self.states)
        if self.limits or self.states:
            found["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
        if self.width:
            found["custom.width"] = self.width
        if self.link:
            found["links"] = [{"title": f"Open {self.title}", "url": self.link}]
        return [dashboard.DynamicConfigValue(id_val=name, value=value) for name, value in found.items()]


@dataclass(frozen=True)
class About:
    """A panel's title, description and links."""

    title: str
    text: str
    runbooks: tuple[str, ...] = ()  # of these alerts: what to do about it
    more: tuple[str, ...] = ()  # the dashboards that go on from here, by uid


def numbers(  # noqa: PLR0913 - a stat panel's own settings
    about: About,
    *queries: Query,
    unit: str = "none",
    limits: Limits = ((None, ACTIVE),),
    states: Iterable[State] = (),
    shows: common.BigValueTextMode = common.BigValueTextMode.AUTO,
    missing: str = "not known",
    by_name: Mapping[str, Limits] | None = None,
    starts: Mapping[str, Limits] | None = None,
) -> stat.Panel:
    """Values at the end of the time range, by colour and number or, as `shows` says, by name.

    `by_name` has the limits of values that differ from the others, `starts` of those whose name begins so.
    """
    panel = _panel(stat.Panel(), about, queries).unit(unit).no_value(missing)
    panel.text_mode(shows).color_mode(common.BigValueColorMode.BACKGROUND_SOLID)
    panel.graph_mode(common.BigValueGraphMode.NONE).justify_mode(common.BigValueJustifyMode.CENTER)
    panel.reduce_options(build_common.ReduceDataOptions().calcs(["lastNotNull"]))
    panel.color_scheme(_mode(dashboard.FieldColorModeId.THRESHOLDS))
    if unit == "percentunit":
        panel.decimals(1)
    for name, own in (by_name or {}).items():
        steps = _thresholds(own).build()
        panel.override_by_name(name, [_set("thresholds", steps)])
    for start, own in (starts or {}).items():
        panel.override_by_regexp(_beginning(start), [_set("thresholds", _thresholds(own).build())])
    return panel.thresholds(_thresholds(limits)).mappings(_mappings(states))


def states(
    about: About,
    *queries: Query,
    states: Iterable[State],
    link: str = "",
    missing: str = "nothing to show",
) -> statetimeline.Panel:
    """One row a series; each state by colour and text. A click on a bar leads to `link`."""
    panel = _panel(statetimeline.Panel(), about, queries).unit("none").no_value(missing)
    panel.mappings(_mappings(states)).color_scheme(_mode(dashboard.FieldColorModeId.THRESHOLDS))
    panel.thresholds(_thresholds(((None, ACTIVE),)))
    panel.show_value(common.VisibilityMode.AUTO).row_height(0.8).line_width(0).fill_opacity(85)
    panel.legend(_legend()).per_page(20)
    if link:
        panel.data_links([build.DashboardLink("Open").url(link)])
    return panel.tooltip(build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.SINGLE))


def lines(  # noqa: PLR0913 - a time series' own settings
    about: About,
    *queries: Query,
    unit: str,
    colors: Mapping[str, str] | None = None,
    starts: Mapping[str, str] | None = None,
    drawn: Drawn = "lines",
    listed: bool = False,
    missing: str = "nothing to show",
) -> timeseries.Panel:
    """`colors` are those of series whose names are known, `starts` of those whose names begin so. Without
    `starts`, a second query by host is dashed, or its bars are pale. `listed`: values stand in the legend."""
    panel = _panel(timeseries.Panel(), about, queries).unit(unit).no_value(missing)
    panel.line_width(1).fill_opacity(FILL[drawn]).show_points(common.VisibilityMode.NEVER)
    panel.axis_soft_min(0).axis_soft_max(LEAST.get(unit, 1))
    panel.legend(_legend_with_values() if listed else _legend())
    panel.color_scheme(build.FieldColor().mode(dashboard.FieldColorModeId.SHADES).fixed_color(ACTIVE))
    for number, query in enumerate(queries):
        _distinguish(panel, number, query, drawn, by_number=not starts)
    for name, color in (colors or {}).items():
        panel.override_by_name(name, [_fixed(color)])
    for start, color in (starts or {}).items():
        panel.override_by_regexp(_beginning(start), [_fixed(color)])
    if drawn != "lines":
        panel.stacking(build_common.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if drawn == "bars":
        _as_bars(panel, unit)
    tooltip = build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
    return panel.tooltip(tooltip.sort(common.SortOrder.DESCENDING))


def rows(
    about: About,
    *queries: Query,
    columns: Mapping[str, Column],
    steps: Iterable[Step] = (),
    first: Iterable[str] = (),
    missing: str = "none",
) -> table.Panel:
    """A table. `columns`: by the fields that `steps` leave; on top the rows with the greatest of `first`."""
    panel = _panel(table.Panel(), about, queries).unit("none").no_value(missing)
    panel.show_header(True).cell_height(common.TableCellHeight.SM)
    panel.sort_by([build_common.TableSortByFieldState().display_name(name).desc(True) for name in first])
    for step in (*steps, _only(columns), _renamed(columns)):
        panel.with_transformation(step)
    for column in columns.values():
        panel.override_by_name(column.title, column.properties())
    return panel


def merged() -> Step:
    """Rows of several queries with the same labels become one."""
    return Step(id_val="merge", options={})


def distinct(*keys: str, last: Iterable[str] = ()) -> Step:
    """One row for each combination of `keys`, with the last value of the others."""
    group: dict[str, object] = {key: {"aggregations": [], "operation": "groupby"} for key in keys}
    for name in last:
        group[name] = {"aggregations": ["lastNotNull"], "operation": "aggregate"}
    return Step(id_val="groupBy", options={"fields": group})


def last_of(field: str) -> str:
    """The name that distinct() leaves to a field of which it keeps the last value."""
    return f"{field} (lastNotNull)"


def latest_first(field: str) -> Step:
    return Step(id_val="sortBy", options={"fields": {}, "sort": [{"field": field, "desc": True}]})


def _only(columns: Mapping[str, Column]) -> Step:
    return Step(id_val="filterFieldsByName", options={"include": {"names": list(columns)}})


def _renamed(columns: Mapping[str, Column]) -> Step:
    names = {field: column.title for field, column in columns.items()}
    order = {field: place for place, field in enumerate(columns)}
    return Step(id_val="organize", options={"renameByName": names, "indexByName": order, "excludeByName": {}})


def _panel(panel: P, about: About, queries: Iterable[Query]) -> P:
    panel.title(about.title).description(" ".join(about.text.split())).datasource(SOURCE)
    panel.links([*map(runbook, about.runbooks), *map(view, about.more)])
    for number, query in enumerate(queries):
        panel.with_target(query.build(_letter(number)))
    return panel


def _letter(number: int) -> str:
    """The refId of a panel's query."""
    return chr(ord("A") + number)


def _beginning(text: str) -> str:
    """Of a series' name, as Grafana's matchers read it."""
    return f"/^{re.escape(text)} /"


def _as_bars(panel: timeseries.Panel, unit: str) -> None:
    """Each of what was counted since the bar before, so that nothing seems to be between two of them."""
    panel.draw_style(common.GraphDrawStyle.BARS).bar_alignment(common.BarAlignment.BEFORE)
    panel.line_width(0).max_data_points(BARS)
    if unit == "short":
        panel.decimals(0)


def _distinguish(
    panel: timeseries.Panel, number: int, query: Query, drawn: Drawn, *, by_number: bool
) -> None:
    if query.limit:
        panel.override_by_name(query.legend, [_fixed(BAD), _set("custom.fillOpacity", 0)])
    if not (query.by_label and by_number):
        return
    if number == 0:
        for place, color in enumerate(NUMBERED, 1):
            panel.override_by_regexp(f"/^[^0-9]*0*{place}([^0-9]|$)/", [_fixed(color)])
    else:
        second = _set("custom.fillOpacity", 35) if drawn == "bars" else _set("custom.lineStyle", DASHES)
        panel.override_by_query(_letter(number), [second])


def _fixed(color: str) -> dashboard.DynamicConfigValue:
    return _set("color", {"mode": "fixed", "fixedColor": color})


def _set(option: str, value: object) -> dashboard.DynamicConfigValue:
    return dashboard.DynamicConfigValue(id_val=option, value=value)


def _mode(mode: dashboard.FieldColorModeId) -> build.FieldColor:
    return build.FieldColor().mode(mode)


def _thresholds(limits: Limits) -> build.ThresholdsConfig:
    steps = [dashboard.Threshold(value=value, color=color) for value, color in limits]
    return build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)


def _mappings(states: Iterable[State]) -> list[dashboard.ValueMapping]:
    options = {
        str(state.value): dashboard.ValueMappingResult(text=state.text, color=state.color, index=index)
        for index, state in enumerate(states)
    }
    return [dashboard.ValueMap(options=options)] if options else []


def _legend() -> build_common.VizLegendOptions:
    legend = build_common.VizLegendOptions().show_legend(True)
    return legend.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)


def _legend_with_values() -> build_common.VizLegendOptions:
    legend = build_common.VizLegendOptions().show_legend(True).calcs(["lastNotNull", "max"])
    legend.sort_by("Last *").sort_desc(True)
    return legend.display_mode(common.LegendDisplayMode.TABLE).placement(common.LegendPlacement.RIGHT)
