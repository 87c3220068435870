"""Two Prometheus servers that scrape the same, and two Alertmanagers that tell each other what they sent."""

from collections.abc import Mapping

from deploy.lab.host import Host
from deploy.lab.monitoring.daemon import Daemon, Place
from deploy.lab.monitoring.engines import alertmanager
from deploy.lab.monitoring.engines.engine import Engine
from deploy.lab.monitoring.engines.prometheus import PORT, Prometheus, configuration, rules
from deploy.lab.monitoring.prometheus import PrometheusAPI

APART = 10  # ports
PROMETHEUS = {"a": "prometheus-a", "b": "prometheus-b"}
ALERTMANAGER = {"a": "alertmanager-a", "b": "alertmanager-b"}


class Pair(Engine):
    scrapers = tuple(PROMETHEUS.values())
    package = "prometheus"
    help = "two Prometheus servers and a pair of Alertmanagers"

    def files(self, place: Place) -> Mapping[str, str]:
        both = [_port(place, alertmanager.PORT, which) for which in ALERTMANAGER]
        configurations = {
            f"{name}.yml": configuration(place, both, replica=which) for which, name in PROMETHEUS.items()
        }
        return {**configurations, **rules(place)}

    def daemons(self, place: Place) -> tuple[Daemon, ...]:
        servers = (
            Prometheus(self.release).daemon(place, name, _port(place, PORT, which))
            for which, name in PROMETHEUS.items()
        )
        return alertmanager.recorder(place), *self._alertmanagers(place), *servers

    def _alertmanagers(self, place: Place) -> list[Daemon]:
        gossip = {which: _port(place, alertmanager.GOSSIP, which) for which in ALERTMANAGER}
        others = dict(zip(gossip, reversed(gossip.values()), strict=True))
        return [
            alertmanager.daemon(
                place,
                name,
                _port(place, alertmanager.PORT, which),
                *alertmanager.peers(gossip[which], others[which]),
            )
            for which, name in ALERTMANAGER.items()
        ]

    def api(self, host: Host, place: Place) -> PrometheusAPI:
        """Of b, which no trial ends."""
        return PrometheusAPI(host, _port(place, PORT, "b"))


def _port(place: Place, usual: int, which: str) -> int:
    return place.port(usual) + (APART if which == "b" else 0)
