"""What a Prometheus answered about a window of time, kept in a file so that it can be drawn again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.src.interpolate import Window
from deploy.lab.errors import LabError
from tests.trials.pictures.queries import Query, View

# `data` of https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    what: str  # happens in the window, without a full stop
    view: View
    answers: Mapping[Query, Answer]

    def answer(self, query: Query) -> Answer:
        if query not in self.answers:
            raise LabError(
                f"the data has no answer to {query.expr}: it was recorded before this query was written"
            )
        return self.answers[query]


def save(path: Path, recordings: Mapping[str, Recording]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: _encoded(one) for name, one in recordings.items()}))


def load(path: Path) -> dict[str, Recording]:
    try:
        saved = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabError(f"{path}: {error}") from error
    return {name: _decoded(one) for name, one in saved.items()}


def _encoded(recording: Recording) -> dict[str, Any]:
    view, window = recording.view, recording.view.window
    answers = [[query.expr, query.step, answer] for query, answer in recording.answers.items()]
    times = {"start": window.start, "end": window.end}
    return {"what": recording.what, "cluster": view.cluster, **times, "answers": answers}


def _decoded(saved: Mapping[str, Any]) -> Recording:
    view = View(saved["cluster"], Window(saved["start"], saved["end"]))
    answers = {Query(expr, step): answer for expr, step, answer in saved["answers"]}
    return Recording(saved["what"], view, answers)
