"""The real Prometheus and Alertmanager on the first client, with the files of alerts/, and what they sent.

api.py            Monitoring: reset, notifications, messages, texts, query, alerts, targets
daemons.py        what runs there, and with which files
receivers.py      alerts/alertmanager.yml with its receivers pointed at
recorder.py       the program that writes down each notification;  notifications.py  reads that
pages.py          both web pages on the machine's own loopback;  forwarder.py  the program behind them
prometheus.py     Prometheus's API
"""

from deploy.lab.monitoring.api import Monitoring
from deploy.lab.monitoring.notifications import Message, Notification, Text
from deploy.lab.monitoring.prometheus import Alert, Sample, Series, Target

__all__ = ["Alert", "Message", "Monitoring", "Notification", "Sample", "Series", "Target", "Text"]
