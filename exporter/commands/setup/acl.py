"""Pacemaker's access control, which `enable-acl` turns on: a role that reads, and who has it (pure).

Source: "Access Control Lists" in Pacemaker Explained. Who asks has to be in group haclient all the same.
"""

import shlex

from exporter.commands.setup.rights import USER, Acl
from exporter.sources.pacemaker.parse.xml import read

XPATH = f"//nvpair[@name='enable-acl'] | //acl_target[@id='{USER}']"
_XML = (
    f'<acls><acl_role id="{USER}"><acl_permission id="{USER}-read" kind="read" xpath="/cib"/></acl_role>'
    f'<acl_target id="{USER}"><role id="{USER}"/></acl_target></acls>'
)
# Tried with 2.1.5, with and without a section `acls`; said twice it changes nothing.
GRANT = f"cibadmin --modify --allow-create --scope acls --xml-text {shlex.quote(_XML)}"
REVOKE = tuple(
    f"cibadmin --delete --scope acls --xml-text {shlex.quote(xml)}"
    for xml in (f'<acl_target id="{USER}"/>', f'<acl_role id="{USER}"/>')
)
_TRUE = ("true", "yes", "on", "y", "1")  # crm_str_to_boolean() in lib/common/strings.c


# cibadmin 2.1.5; one match comes bare:
#   <xpath-query><nvpair id="e" name="enable-acl" value="true"/><acl_target id="failover-exporter">…
def parse(output: bytes) -> Acl:
    """What cibadmin answered to XPATH. Raises Unparsable."""
    root = read(output, "cibadmin's output", ("xpath-query", "nvpair", "acl_target"))
    found = [root] if root.tag != "xpath-query" else list(root)
    return Acl(
        enabled=any(one.tag == "nvpair" and one.get("value", "").lower() in _TRUE for one in found),
        granted=any(one.tag == "acl_target" for one in found),
    )
