"""Reads sources as the exporter does and prints what they were told, as JSON: `python -m … CONFIG SOURCE…`.

`record.py` runs it inside a host of the lab. The sources themselves ask, so that no question here can differ
from theirs; they are listened to where they reach outside.
"""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from unittest.mock import patch

from exporter.app import parts
from exporter.config import Config
from exporter.errors import SourceError
from exporter.sources.corosync import source as corosync
from exporter.transports import command, mysql, unix_socket
from exporter.transports.deadline import Deadline
from exporter.typed_yaml import load
from exporter.watchers.failover.relay import Relay
from tests.golden import exposition

RUN, ASK, QUERY = command.run, unix_socket.ask, mysql.Session.query


@dataclass
class Heard:
    files: dict[str, str] = field(default_factory=dict)  # by tool and ending: crm_mon.xml, corosync.stats
    rows: dict[str, list[mysql.Rows]] = field(default_factory=dict)  # by Galera node, of each statement
    commands: dict[str, Sequence[str]] = field(default_factory=dict)  # by tool, with `env` before it
    page: str = ""
    failed: dict[str, str] = field(default_factory=dict)  # by source, why

    def run(
        self, argv: Sequence[str], deadline: Deadline, environment: Mapping[str, str] | None = None
    ) -> command.Completed:
        done = RUN(argv, deadline, environment)
        tool, _, part = Path(argv[0]).name.partition("-")
        if part == "cmapctl":
            part = "stats" if "-m" in argv else "config"
        self.files[f"{tool}.{part or 'xml'}"] = done.stdout.decode()
        settings = {"LC_ALL": "C", **(environment or {})}
        self.commands[tool] = ["env", *(f"{name}={value}" for name, value in settings.items()), *argv]
        return done

    def ask(self, path: str, question: str, deadline: Deadline, expected: Collection[str] = ()) -> bytes:
        answer = ASK(path, question, deadline, expected)
        self.files["haproxy.txt"] = answer.decode()
        return answer

    def query(self, session: mysql.Session, sql: str, deadline: Deadline) -> list[mysql.Rows]:
        results = QUERY(session, sql, deadline)
        self.rows[session._what.partition(" ")[0]] = results
        return results


def listen(config: Config, names: Sequence[str]) -> Heard:
    heard = Heard()
    with (
        patch.object(command, "run", heard.run),
        patch.object(corosync, "run", heard.run),
        patch.object(unix_socket, "ask", heard.ask),
        patch.object(mysql.Session, "query", autospec=True, side_effect=heard.query),
    ):
        known = parts(config, Relay())
        for name in names:
            source = known[name].build()
            try:
                heard.page += exposition(source.collect(source.read(Deadline.after(source.timeout))))
            except SourceError as error:
                heard.failed[name] = str(error)
            finally:
                source.close()
    return heard


if __name__ == "__main__":
    print(json.dumps(asdict(listen(load(Config, Path(sys.argv[1])), sys.argv[2:]))))  # noqa: T201
