"""The fenced pair without the delay that decides a race: one may be cut off, or both."""

from dataclasses import replace

from deploy.lab.topologies.fenced import FENCED

RACE = replace(
    FENCED,
    name="race",
    help="a pair with fencing and no delay: when its nodes lose each other, both may be cut off",
    cluster_name="race",
    cib=FENCED.cib.replace(" pcmk_delay_base=2s", ""),
)
