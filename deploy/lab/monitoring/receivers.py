"""alerts/alertmanager.yml with its receivers filled in: what any of them sends goes to the recorder."""

from typing import Any
from urllib.parse import quote

import yaml

from deploy.lab.errors import LabError

# An integration, and the keys that say where it sends and as whom; the recorder wants no credentials.
ADDRESS = {"webhook_configs": "url", "slack_configs": "api_url", "pagerduty_configs": "url"}
CREDENTIALS = {"pagerduty_configs": {"routing_key": "lab"}}
SECRET = ("_file", "_key", "http_config")
OWN = "recorder"  # the integration that is added to each receiver: every alert, as data


def fill(text: str, recorder: str) -> str:
    """`recorder` is the URL that it answers at."""
    config: dict[str, Any] = yaml.safe_load(text)
    for receiver in config["receivers"]:
        base = f"{recorder}/{quote(receiver['name'], safe='')}"
        for kind in receiver.keys() - {"name"}:
            receiver[kind] = [_point(kind, one, base) for one in receiver[kind]]
        own = {"url": f"{base}/{OWN}", "send_resolved": True}
        receiver["webhook_configs"] = [*receiver.get("webhook_configs", []), own]
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True)


def _point(kind: str, integration: dict[str, Any], base: str) -> dict[str, Any]:
    if kind not in ADDRESS:
        raise LabError(f"alertmanager.yml: the lab can't record what {kind} sends, only {', '.join(ADDRESS)}")
    kept = {key: value for key, value in integration.items() if not key.endswith(SECRET)}
    url = f"{base}/{kind.removesuffix('_configs')}"
    return {**kept, ADDRESS[kind]: url, **CREDENTIALS.get(kind, {})}
