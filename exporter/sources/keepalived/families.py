"""Keepalived -> metric families (pure). The names of mehdy/keepalived-exporter, and what it lacks."""

from collections.abc import Callable, Iterator

from exporter.families import Family, Labels, counter, gauge
from exporter.sources.keepalived.reading import Details, Instance, KeepalivedReading

_OF_INSTANCE = ("iname", "intf", "vrid")
_OF_ADDRESS = (*_OF_INSTANCE, "ip_address")
_SCRIPT_STATES = ("idle", "running", "requested termination", "forcing termination")

# Keepalived's own name of a counter, the metric, its HELP.
_COUNTERS = (
    ("advert_rcvd", "advertisements_received", "Advertisements received from the other hosts."),
    ("advert_sent", "advertisements_sent", "Advertisements sent, as MASTER."),
    ("become_master", "become_master", "Times that this host took over."),
    ("release_master", "release_master", "Times that this host gave the addresses up."),
    (
        "pri_zero_rcvd",
        "priority_zero_received",
        "Advertisements of priority 0 received: the master says goodbye (one: stopped; two: it failed).",
    ),
    ("pri_zero_sent", "priority_zero_sent", "Advertisements of priority 0 sent: this host said goodbye."),
    ("packet_len_err", "packet_length_errors", "Packets received whose length is wrong."),
    (
        "advert_interval_err",
        "advertisements_interval_errors",
        "Advertisements received whose interval is not the one configured here.",
    ),
    ("ip_ttl_err", "ip_ttl_errors", "Packets received whose TTL is not 255: they came through a router."),
    ("invalid_type_rcvd", "invalid_type_received", "Packets received of a type that is no advertisement."),
    (
        "addr_list_err",
        "address_list_errors",
        "Advertisements received that list other addresses than configured here: both hosts become MASTER.",
    ),
    ("invalid_authtype", "authentication_invalid", "Packets received with an unknown authentication."),
    (
        "authtype_mismatch",
        "authentication_mismatch",
        "Packets received with another kind of authentication than here: both hosts become MASTER.",
    ),
    (
        "auth_failure",
        "authentication_failure",
        "Packets received with another password than here: both hosts become MASTER.",
    ),
)

_Value = Callable[[Instance], float]
_GAUGES: tuple[tuple[str, str, _Value], ...] = (
    ("base_priority", "The priority that is configured.", lambda one: one.base_priority),
    (
        "effective_priority",
        "The priority that is announced: the configured one, and what scripts and interfaces add to it.",
        lambda one: one.effective_priority,
    ),
    (
        "master_priority",
        "The priority of the last advertisement that was taken; stays as it was once this host is MASTER.",
        lambda one: one.master_priority,
    ),
    (
        "last_transition_timestamp_seconds",
        "When the state changed last.",
        lambda one: one.last_transition,
    ),
    (
        "advert_interval_seconds",
        "How often a MASTER advertises: a lost one is noticed after three and a fraction.",
        lambda one: one.advert_interval,
    ),
)


def families(reading: KeepalivedReading) -> Iterator[Family]:
    up = gauge("keepalived_up", "1 if Keepalived and its VRRP process run on this host.")
    up.add(float(reading.running is not None))
    yield up
    yield from _states(reading)
    for own, name, text in _COUNTERS:
        yield _counter(reading, own, name, text)
    for name, text, value in _GAUGES:
        family = gauge(f"keepalived_vrrp_{name}", text, *_OF_INSTANCE)
        for one in reading.instances:
            family.put(_labels(one), value(one))
        yield family
    yield _info(reading)
    if reading.details:
        yield from _scripts(reading.details)
        yield _processes(reading.details)


def _labels(one: Instance) -> Labels:
    return Labels({"iname": one.name, "intf": one.interface, "vrid": str(one.vrid)})


def _states(reading: KeepalivedReading) -> Iterator[Family]:
    meaning = (
        "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT: what is tracked failed, it holds nothing and takes nothing over"
    )
    states = gauge("keepalived_vrrp_state", f"The instance's state: {meaning}.", *_OF_ADDRESS)
    excluded = gauge(
        "keepalived_vrrp_excluded_state",
        f"The same for addresses that are not in the advertisements: {meaning}.",
        *_OF_ADDRESS,
    )
    for one in reading.instances:
        for held in one.addresses:
            labels = {"iname": one.name, "intf": held.interface, "vrid": str(one.vrid)}
            (excluded if held.excluded else states).add(one.state, **labels, ip_address=held.address)
    yield from (states, excluded)


def _counter(reading: KeepalivedReading, own: str, name: str, text: str) -> Family:
    family = counter(f"keepalived_{name}_total", text, *_OF_INSTANCE)
    for one in reading.instances:
        if own in one.counters:
            family.put(_labels(one), one.counters[own])
    return family


def _info(reading: KeepalivedReading) -> Family:
    info = gauge(
        "keepalived_vrrp_info",
        "1; what must be alike on all hosts of an instance, else each of them becomes MASTER.",
        *(*_OF_INSTANCE, "version", "authentication", "addresses"),
    )
    for one in reading.instances:
        listed = sorted(held.address for held in one.addresses if not held.excluded)
        info.add(
            1,
            **_labels(one).by_name,
            version=str(one.version),
            authentication=one.authentication,
            addresses=",".join(listed),
        )
    return info


def _scripts(details: Details) -> Iterator[Family]:
    status = gauge(
        "keepalived_script_status",
        "1 if the check script says that this host may hold the addresses; absent until it ended once.",
        "name",
    )
    state = gauge(
        "keepalived_script_state",
        "What the check script does: 0 idle, 1 running, 2 asked to end, 3 being killed.",
        "name",
    )
    for one in details.scripts:
        if one.good is not None:
            status.add(float(one.good), name=one.name)
        if one.state in _SCRIPT_STATES:
            state.add(_SCRIPT_STATES.index(one.state), name=one.name)
    yield from (status, state)


def _processes(details: Details) -> Family:
    status = gauge(
        "keepalived_process_status",
        "1 if what vrrp_track_process watches says that this host may hold the addresses: it runs.",
        "name",
    )
    for one in details.processes:
        status.add(float(one.name not in details.bad_processes), name=one.name)
    return status
