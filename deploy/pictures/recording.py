"""What a Prometheus answered about one window of time, kept in one file so that it can be drawn again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.src.interpolate import Window
from deploy.lab.errors import LabError
from deploy.pictures.queries import Query, View

Answer = Mapping[
    str, Any
]  # `data` of https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries


@dataclass(frozen=True)
class Recording:
    story: str  # one sentence
    view: View
    answers: Mapping[Query, Answer]

    def answer(self, query: Query) -> Answer:
        if query not in self.answers:
            raise LabError(
                f"the data has no answer to {query.expr}: it was recorded before this query was written"
            )
        return self.answers[query]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(
                {
                    "story": self.story,
                    "cluster": self.view.cluster,
                    "start": self.view.window.start,
                    "end": self.view.window.end,
                    "answers": [[query.expr, query.step, answer] for query, answer in self.answers.items()],
                }
            )
        )


def load(path: Path) -> Recording:
    try:
        saved = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabError(f"{path}: {error}") from error
    return Recording(
        story=saved["story"],
        view=View(saved["cluster"], Window(saved["start"], saved["end"])),
        answers={Query(expr, step): answer for expr, step, answer in saved["answers"]},
    )
