"""Which resources are meant to be stopped (pure)."""

from exporter.sources.pacemaker.reading import PacemakerReading, Resource


def disabled(reading: PacemakerReading) -> frozenset[str]:
    """The ids of resources that a person, or a ticket, keeps stopped; of an orphan nothing is meant."""
    view = reading.view
    if view.options and view.options.stop_all_resources:
        return frozenset(one.id for one in view.resources)  # fencing devices too (crm_simulate 2.1.5)
    without_ticket = _without_ticket(reading)
    return frozenset(
        one.id
        for one in view.resources
        if not one.orphaned and (one.disabled or called(one) & without_ticket)
    )


def called(resource: Resource) -> frozenset[str]:
    """What constraints may call it: its id, without the number of an instance too, its group, its clone."""
    return frozenset({resource.id, resource.id.partition(":")[0], resource.group, resource.clone} - {""})


def _without_ticket(reading: PacemakerReading) -> set[str]:
    """A ticket that this site never had is in no list."""
    held = {one.id for one in reading.view.tickets if one.granted and not one.standby}
    return {
        name
        for one in reading.tickets
        if one.ticket not in held and not one.promotion_only
        for name in one.resources
    }
