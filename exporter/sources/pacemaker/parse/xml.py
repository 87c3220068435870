"""XML as Pacemaker's tools print it, and nothing that only a hostile hand would send."""

from lxml import etree

from exporter.errors import Unparsable
from exporter.parsing import decode, excerpt, integer

Element = etree._Element  # lxml's stubs name no other


def read(output: bytes, what: str, roots: tuple[str, ...]) -> Element:
    """The root element. `what` names the output, `roots` are the names it may have.

    No document type, so no entities: neither expanded nor fetched. UTF-8 whatever the text says of itself.
    """
    decode(output, what)
    if b"<!DOCTYPE" in output:
        raise Unparsable(f"{what} has a document type, no tool of Pacemaker prints one: {excerpt(output)}")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(output, parser)
    except etree.XMLSyntaxError as error:
        raise Unparsable(f"{what} is not whole XML ({error.msg}): {excerpt(output)}") from None
    if root.tag not in roots:
        raise Unparsable(f"{what}: expected <{'> or <'.join(roots)}>, got {excerpt(output)}")
    return root


def text(element: Element, name: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None:
        raise Unparsable(f"<{element.tag}> has no {name}: {excerpt(etree.tostring(element))}")
    return value


def name_of(element: Element) -> str:
    """Of a node: its name, or its id while the cluster does not know its name yet."""
    return element.get("name") or element.get("id") or text(element, "name")


def flag(element: Element, *names: str) -> bool:
    """By the first of these attributes that is there; false without any, as older versions mean it."""
    for name in names:
        value = element.get(name)
        if value is not None:
            if value not in ("true", "false"):
                raise Unparsable(f"<{element.tag}> {name}: expected true or false, got {excerpt(value)}")
            return value == "true"
    return False


def whole(element: Element, name: str, default: int | None = None) -> int:
    """A whole number; it must be there where there is no default."""
    value = element.get(name)
    if value is None and default is not None:
        return default
    return integer(text(element, name), f"<{element.tag}> {name}")
