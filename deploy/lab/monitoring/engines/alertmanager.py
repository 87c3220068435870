"""Alertmanager with the files of alerts/, and the recorder that all its receivers lead to."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from alerts.src.promises import waits
from deploy.lab.host import PYTHON
from deploy.lab.monitoring import receivers
from deploy.lab.monitoring.daemon import LOOPBACK, Daemon, Place
from deploy.lab.monitoring.engines.engine import ALERTS
from exporter.rules.rule import Severity
from exporter.rules.site import duration

NAME = "alertmanager"
PORT = 9093
PAGE = 19093
GOSSIP = 9094  # between the two of a pair
RECORDER = "recorder"
RECORDER_PORT = 9099
PROGRAM = Path(__file__).parent.parent / "recorder.py"


def files(place: Place, late: int) -> Mapping[str, str]:
    """As people get them; tickets wait as long as is said there for the interval, and for so many evaluations
    as the engine is late."""
    config = yaml.safe_load((ALERTS / "alertmanager.yml").read_text())
    wait = waits(Severity.WARNING, place.interval) + late * place.interval
    config["route"]["group_wait"] = duration(wait)
    shipped = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    templates = {f"templates/{path.name}": path.read_text() for path in (ALERTS / "templates").iterdir()}
    return {"alertmanager.yml": receivers.fill(shipped, place.url(RECORDER_PORT)), **templates}


def recorded(place: Place) -> str:
    return f"{place.data}/notifications"


def recorder(place: Place) -> Daemon:
    port = place.port(RECORDER_PORT)
    argv = (PYTHON, str(PROGRAM), str(port), recorded(place))
    return Daemon(place.name(RECORDER), port, "/", argv)


def daemons(place: Place) -> tuple[Daemon, ...]:
    """The recorder, and one Alertmanager that knows of no other."""
    return recorder(place), daemon(place, NAME, place.port(PORT), "--cluster.listen-address=")


def daemon(place: Place, name: str, port: int, *cluster: str) -> Daemon:
    files = (f"--config.file={place.folder}/alertmanager.yml", f"--storage.path={place.data}/{name}")
    argv = ("prometheus-alertmanager", *files, f"--web.listen-address=:{port}", *cluster)
    page = 0 if place.number else PAGE
    return Daemon(place.name(name), port, "/-/ready", argv, page=page, url_option="--web.external-url")


def peers(own: int, other: int) -> tuple[str, ...]:
    """Options of one of a pair; ports on which they tell each other what was sent."""
    return (f"--cluster.listen-address={LOOPBACK}:{own}", f"--cluster.peer={LOOPBACK}:{other}")
