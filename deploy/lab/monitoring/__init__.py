"""A real Prometheus or VictoriaMetrics on the first client, with the files of alerts/, and what was sent.

api.py            Monitoring: reset, notifications, messages, texts, query, alerts, targets
stack.py          an engine, an Alertmanager and the recorder: what runs there, and with which files
engines/          the engines that there are
daemon.py         one program of them, and where it stands;  in-root.sh  runs one of another Debian release
receivers.py      alerts/alertmanager.yml with its receivers pointed at
recorder.py       the program that writes down each notification;  notifications.py  reads that
pages.py          both web pages on the machine's own loopback;  forwarder.py  the program behind them
prometheus.py     Prometheus's API;  vmalert.py  the same of VictoriaMetrics
"""

from deploy.lab.monitoring.api import Monitoring
from deploy.lab.monitoring.notifications import Message, Notification, Text
from deploy.lab.monitoring.prometheus import Alert, Sample, Series, Target
from deploy.lab.monitoring.stack import Stack

__all__ = ["Alert", "Message", "Monitoring", "Notification", "Sample", "Series", "Stack", "Target", "Text"]
