"""Which alert heads a message: the one of the lowest rank, whatever came first. A label, compared as text.

Whatever holds another back ranks before it (tests/alerts/test_inhibition.py). A label is a part of an alert's identity:
leave the others' numbers as they are when one is added, there are gaps.
"""

RANKS: dict[str, str] = {
    # Pages: what puts data at risk, then the cause before what it leads to.
    "VIPSplitBrain": "10",
    "GaleraSplitBrain": "11",
    "VIPCommitsLost": "12",
    "GaleraNoPrimary": "13",
    "PacemakerSplitBrain": "14",
    "PacemakerNoQuorum": "15",
    "PacemakerNodeUnclean": "16",
    "PacemakerResourceNotRunning": "17",
    "VIPNotHeld": "18",
    "HAProxyNoServers": "19",
    "HAProxyNotServing": "20",
    "VIPDown": "21",
    "GaleraReadOnly": "22",
    "VIPWritesRefused": "23",
    "FailoverFlapping": "24",
    "FailoverSlow": "25",
    "ClusterUnobserved": "26",
    # Tickets: what happened, then what is missing until it is mended, then what clients felt.
    "FailoverHappened": "40",
    "PacemakerResourceDisabled": "41",
    "PacemakerMaintenanceMode": "42",
    "PacemakerNodeOffline": "43",
    "PacemakerNodeStandby": "44",
    "FailoverNotReady": "45",
    "GaleraNodeDown": "46",
    "GaleraNodeNotSynced": "47",
    "GaleraNodeOutOfService": "48",
    "HAProxyServerDown": "49",
    "PacemakerResourceFailures": "50",
    "PacemakerLeftoverConstraint": "51",
    "CorosyncQdeviceLost": "52",
    "CorosyncLinkFlapping": "53",
    "CorosyncLinkDown": "54",
    "CorosyncTokenLoss": "55",
    "CorosyncNotScheduled": "56",
    "GaleraFlowControl": "57",
    "GaleraCertificationFailures": "58",
    "HAProxySessionsNearLimit": "59",
    "HAProxyQueueing": "60",
    "VIPOutage": "61",
    "VIPConnectSlow": "62",
    "ConfigurationDrift": "63",
    # The monitoring itself.
    "ProbeAccountRefused": "70",
    "ProbeNotBelievable": "71",
    "ExporterDown": "72",
    "ExporterReloadFailed": "73",
    "CollectorFailing": "74",
    "ClusterViewStale": "75",
    # What is nobody's task now.
    "PacemakerFencingDisabled": "90",
    "FailoverSlowerThanPromised": "91",
    "Watchdog": "98",
    "TicketInhibitor": "99",
}
