"""What can scrape and evaluate in the lab; each sends to an Alertmanager of this machine's release.

engine.py            what an engine is
prometheus.py        Prometheus of some release
pair.py              two of them with two Alertmanagers, as people run them who can't lose one
victoria_metrics.py  vmagent, VictoriaMetrics and vmalert
roots.py             the files of the newer releases
alertmanager.py      Alertmanager and the recorder behind it
"""

from deploy.lab.errors import LabError
from deploy.lab.monitoring.engines.engine import Engine
from deploy.lab.monitoring.engines.pair import Pair
from deploy.lab.monitoring.engines.prometheus import Prometheus
from deploy.lab.monitoring.engines.victoria_metrics import VictoriaMetrics

ENGINES: dict[str, Engine] = {
    "prometheus": Prometheus(),
    "prometheus-trixie": Prometheus("trixie"),
    "prometheus-sid": Prometheus("sid"),
    "victoria-metrics": VictoriaMetrics("trixie"),
    "pair": Pair(),
}


def find(name: str) -> Engine:
    if name not in ENGINES:
        raise LabError(f"no engine {name!r}: there is {', '.join(ENGINES)}")
    return ENGINES[name]
