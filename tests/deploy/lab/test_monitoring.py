"""The files that the lab's Prometheus and Alertmanager run with, and what is read from the recorder."""

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from deploy.lab.errors import LabError
from deploy.lab.monitoring.daemon import Place
from deploy.lab.monitoring.engines import ENGINES, find
from deploy.lab.monitoring.engines.engine import ALERTS
from deploy.lab.monitoring.notifications import Notification, Text, messages, parse
from deploy.lab.monitoring.receivers import fill
from deploy.lab.monitoring.stack import targets
from deploy.lab.topologies.twin import TWIN

RECORDER = "http://127.0.0.1:9099"
AMTOOL = "/usr/bin/amtool"
SHIPPED = (ALERTS / "alertmanager.yml").read_text()


def test_every_receiver_notifies_the_recorder_and_nobody_else() -> None:
    """As data, and with every integration that it has; no address and no secret of the file is left."""
    for receiver in yaml.safe_load(fill(SHIPPED, RECORDER))["receivers"]:
        own = {"url": f"{RECORDER}/{receiver['name']}/recorder", "send_resolved": True}
        assert receiver["webhook_configs"][-1] == own
        for kind in receiver.keys() - {"name"}:
            for integration in receiver[kind]:
                url = integration["api_url" if kind == "slack_configs" else "url"]
                assert url.startswith(f"{RECORDER}/{receiver['name']}/")
                assert not [key for key in integration if key.endswith("_file")]


def test_the_rest_of_the_file_stays() -> None:
    """Routes, times, inhibition and templates are those that people get, and so are the texts."""
    shipped, filled = yaml.safe_load(SHIPPED), yaml.safe_load(fill(SHIPPED, RECORDER))
    before, after = shipped.pop("receivers"), filled.pop("receivers")
    assert filled == shipped
    assert [one["name"] for one in after] == [one["name"] for one in before]
    (page,), (sent,) = before[0]["pagerduty_configs"], after[0]["pagerduty_configs"]
    assert {key: sent[key] for key in ("description", "details")} == {
        key: page[key] for key in ("description", "details")
    }


@pytest.mark.skipif(not Path(AMTOOL).exists(), reason="amtool is not installed (`make demo` installs it)")
def test_alertmanager_takes_the_filled_in_file(tmp_path: Path) -> None:
    """With its templates."""
    (tmp_path / "alertmanager.yml").write_text(fill(SHIPPED, RECORDER))
    (tmp_path / "templates").symlink_to(ALERTS / "templates")
    argv = [AMTOOL, "check-config", str(tmp_path / "alertmanager.yml")]
    checked = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_what_the_lab_can_not_record_is_refused() -> None:
    """Rather than that a mail leaves, or is missed."""
    text = "receivers: [{name: pager, email_configs: [{to: me@example.com}]}]"
    with pytest.raises(LabError, match="the lab can't record what email_configs sends"):
        fill(text, RECORDER)


def test_targets_are_all_exporters_by_name_and_of_one_cluster() -> None:
    """The balancers and the vantage point, as in the example for people."""
    (group,) = yaml.safe_load(targets(TWIN))
    assert group == {
        "targets": ["lb-a:10664", "lb-b:10664", "watch:10664"],
        "labels": {"cluster": TWIN.cluster_name},
    }
    (example,) = yaml.safe_load((ALERTS / "clusters/example.yml").read_text())
    assert example.keys() == group.keys()
    assert example["labels"].keys() == group["labels"].keys()


def test_prometheus_runs_with_the_files_that_people_get() -> None:
    """At 5 s word for word but for comments; at 15 s with the rules that are made for it."""
    files = find("prometheus").files(Place(5))
    shipped = yaml.safe_load((ALERTS / "prometheus.yml").read_text())
    assert yaml.safe_load(files["prometheus.yml"]) == shipped
    assert files["rules/vip.yml"] == (ALERTS / "rules/5s/vip.yml").read_text()
    slower = find("prometheus").files(Place(15, number=2))
    config = yaml.safe_load(slower["prometheus.yml"])
    assert {config["global"][name] for name in ("scrape_interval", "evaluation_interval")} == {"15s"}
    assert config["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["127.0.0.1:9293"]}]}]
    assert slower["rules/vip.yml"] == (ALERTS / "rules/15s/vip.yml").read_text()


def test_replicas_send_the_same_alert_to_both_alertmanagers() -> None:
    """Their names differ, and no alert carries them."""
    files = find("pair").files(Place(5))
    first, second = (yaml.safe_load(files[f"prometheus-{which}.yml"]) for which in "ab")
    names = [one["global"]["external_labels"].pop("replica") for one in (first, second)]
    assert names == ["a", "b"]
    assert first == second
    (dropped,) = first["alerting"]["alert_relabel_configs"]
    assert dropped["action"] == "labeldrop" and "replica" in dropped["regex"].split("|")
    assert first["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] == [
        "127.0.0.1:9093",
        "127.0.0.1:9103",
    ]


def test_no_external_label_reaches_a_series_of_victoria_metrics() -> None:
    """vmagent would add them; links are written into the rules, where Prometheus has them by label."""
    files = find("victoria-metrics").files(Place(15))
    scraping = yaml.safe_load(files["scrape.yml"])
    assert scraping.keys() == {"global", "scrape_configs"}
    assert scraping["global"] == {"scrape_interval": "15s", "scrape_timeout": "3s"}
    rules = "".join(text for name, text in files.items() if name.startswith("rules/"))
    assert "externalLabels" not in rules
    assert "https://grafana.example.com/d/failover-story" in rules


@pytest.mark.parametrize("name", [name for name, engine in ENGINES.items() if engine.release is None])
def test_stacks_side_by_side_share_nothing(name: str) -> None:
    """Neither ports nor names nor files, each of 20."""
    daemons = [one for number in range(20) for one in find(name).daemons(Place(5, number))]
    assert len({one.port for one in daemons}) == len({one.name for one in daemons}) == len(daemons)
    own = [one for one in daemons if one.name == "recorder-1"]
    assert [one.argv[-1] for one in own] == ["/var/lib/lab-1/notifications"]


def line(integration: str, body: Mapping[str, object]) -> str:
    entry = {"at": 5.0, "time": 1e9, "receiver": "pager", "integration": integration, "body": body}
    return json.dumps(entry) + "\n"


def alert(status: str, name: str) -> dict[str, object]:
    labels = {"alertname": name, "severity": "critical", "cluster": "twin"}
    times = {"startsAt": "2026-11-22T13:00:00.123456789Z"}
    return {"status": status, "labels": labels, "annotations": {"summary": "it is down"}, **times}


def test_a_message_is_its_alerts() -> None:
    """Each one by itself, with its own status, in the order of the message."""
    body = {"status": "firing", "alerts": [alert("firing", "VIPDown"), alert("resolved", "VIPNotHeld")]}
    notifications, texts = parse(line("recorder", body))
    assert [(one.alert, one.status, one.severity) for one in notifications] == [
        ("VIPDown", "firing", "critical"),
        ("VIPNotHeld", "resolved", "critical"),
    ]
    assert notifications[0] == Notification(
        at=5.0,
        time=1e9,
        receiver="pager",
        status="firing",
        labels={"alertname": "VIPDown", "severity": "critical", "cluster": "twin"},
        annotations={"summary": "it is down"},
        starts_at=datetime(2026, 11, 22, 13, 0, 0, 123456, UTC),
    )
    assert texts == []


def test_what_people_get_is_kept_as_words() -> None:
    """Every string of the body, however deep."""
    body = {"payload": {"summary": "twin: down", "custom_details": {"page": "look here"}}, "links": ["a", 1]}
    notifications, texts = parse(line("pagerduty", body))
    assert notifications == []
    assert texts == [Text(5.0, 1e9, "pager", "pagerduty", body)]
    assert texts[0].words == "twin: down\nlook here\na"


SLACK = {"attachments": [{"title": "twin: no host holds it, and 1 more", "text": "…"}]}


def test_a_message_is_what_a_receiver_got_at_once() -> None:
    """Headed by the alert whose summary its title has; the receiver's own text is the nearest in time."""
    down, held = alert("firing", "VIPDown"), alert("firing", "VIPNotHeld")
    held["annotations"] = {"summary": "twin: no host holds it"}
    lines = [line("slack", SLACK), line("recorder", {"status": "firing", "alerts": [down, held]})]
    (message,) = messages("".join(lines))
    assert (message.receiver, message.firing, message.headline) == ("pager", True, "VIPNotHeld")
    assert [one.alert for one in message.alerts] == ["VIPDown", "VIPNotHeld"]


def test_a_message_that_nobody_reads_has_no_headline() -> None:
    """A webhook's alone, as the dead man's switch gets it; one of alerts that are over fires no more."""
    (message,) = messages(line("recorder", {"status": "resolved", "alerts": [alert("resolved", "VIPDown")]}))
    assert (message.title, message.headline, message.firing) == ("", "", False)


def test_titles_are_those_of_the_integration() -> None:
    """What the phone and the channel show first."""
    page = line("pagerduty", {"payload": {"summary": "twin: down"}})
    assert [one.title for one in parse(line("slack", SLACK) + page + line("webhook", {}))[1]] == [
        "twin: no host holds it, and 1 more",
        "twin: down",
        "",
    ]


def test_a_line_on_its_way_is_not_read_yet() -> None:
    """The recorder writes whole lines; the last may be half there."""
    whole = line("recorder", {"alerts": [alert("firing", "VIPDown")]})
    assert len(parse(whole + whole[:20])[0]) == 1
    assert parse("") == ([], [])
