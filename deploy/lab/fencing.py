"""The ways in which the lab's clusters fence, and the agent of each."""

from typing import Literal

# power: the PDU cuts it off; fabric: the switch closes the node's port, and opens it when it joins again,
# which is unfencing; disk: SBD.
Way = Literal["power", "fabric", "disk"]
AGENTS: dict[Way, tuple[str, ...]] = {
    "power": ("fence_lab",),
    "fabric": ("fence_lab_fabric",),
    "disk": ("fence_legacy", "fence_sbd"),  # which of the two depends on the release: sbd.py
}
