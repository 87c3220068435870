"""A small dashboard of the classic schema, and what a Prometheus said to its queries."""

from collections.abc import Sequence
from typing import Any

from dashboards.src.interpolate import Window
from tests.trials.pictures.queries import Query, View
from tests.trials.pictures.recording import Recording

VIEW = View("production", Window(1000, 1300))
FAILOVERS = Query('changes(failovers{cluster="production"}[60s])', 15)
HELD = Query('vip_bound{cluster="production", job=~".+"}', None)
RATE = Query("rate(attempts[20s])", 5)

DASHBOARD: dict[str, Any] = {
    "uid": "failover-story",
    "title": "Failover",
    "templating": {
        "list": [
            {"type": "datasource", "name": "datasource"},
            {"type": "query", "name": "cluster", "includeAll": True, "allValue": ".+"},
            {"type": "query", "name": "job", "includeAll": True, "allValue": ".+"},
        ]
    },
    "annotations": {
        "list": [
            {
                "enable": True,
                "filter": {"exclude": True, "ids": [3]},
                "iconColor": "orange",
                "target": {
                    "refId": "Anno",
                    "interval": "15s",
                    "expr": 'changes(failovers{cluster="$cluster"}[$__rate_interval])',
                },
            }
        ]
    },
    "panels": [
        {"id": 1, "type": "row", "title": "$cluster"},
        {
            "id": 2,
            "type": "stat",
            "title": "Held by",
            "targets": [
                {"refId": "A", "instant": True, "expr": 'vip_bound{cluster="$cluster", job=~"$job"}'},
                {"refId": "B", "expr": "rate(attempts[$__rate_interval])"},
            ],
        },
    ],
}


def vector(*series: tuple[dict[str, str], float]) -> dict[str, Any]:
    result = [{"metric": labels, "value": [1300, str(value)]} for labels, value in series]
    return {"resultType": "vector", "result": result}


def matrix(labels: dict[str, str], samples: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {"resultType": "matrix", "result": [{"metric": labels, "values": samples}]}


RECORDING = Recording(
    what="the lab's failover",
    view=VIEW,
    answers={
        HELD: vector(({"instance": "one"}, 1)),
        RATE: matrix({}, [[1000, "10"], [1005, "10"]]),
        FAILOVERS: matrix({"resource": "vip"}, [[1090, "0"], [1105, "1"], [1120, "1"], [1135, "0"]]),
    },
)
