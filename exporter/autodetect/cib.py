"""The floating addresses in Pacemaker's configuration (pure)."""

from exporter.sources.pacemaker.parse.address_parameter import address
from exporter.sources.pacemaker.parse.xml import read
from exporter.watchers.failover.detection.snapshot import ADDRESS_AGENTS

# Only this of the resources' parameters: passwords are among the others. Groups and clones hold primitives,
# which may take agent and parameters from a template, and parameters of any resource by reference.
_AGENTS = " or ".join(f"@type='{agent}'" for agent in ADDRESS_AGENTS)
_PARAMETER = "nvpair[@name='ip' or @name='ipv6addr']"
_RESOURCES = (
    f"//*[self::primitive or self::template][{_AGENTS}]",
    f"//primitive[@template=//template[{_AGENTS}]/@id]",
)
XPATH = " | ".join(
    f"{resource}//{_PARAMETER} | //{_PARAMETER}[@id={resource}//nvpair/@id-ref]"
    f" | //instance_attributes[@id={resource}//instance_attributes/@id-ref]//{_PARAMETER}"
    for resource in _RESOURCES
)
_WHAT = "cibadmin's output"


# cibadmin 2.1.5; one match comes bare:
#   <xpath-query><nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.100"/>…
def addresses(output: bytes) -> tuple[str, ...]:
    """Each once, in the order of the configuration. What is no address (`ip=$VIP`) is left out."""
    root = read(output, _WHAT, ("xpath-query", "nvpair"))
    pairs = [root] if root.tag == "nvpair" else root.iter("nvpair")
    return tuple(dict.fromkeys(found for pair in pairs if (found := address(pair.get("value", "")))))
