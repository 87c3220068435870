from pathlib import Path

import pytest

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse.xml import read

ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE crm_mon [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file://{file}">]>
<crm_mon version="1.1.24"><summary a="&b;">&c;</summary></crm_mon>
"""


def test_an_entity_is_neither_expanded_nor_read_from_a_file(tmp_path: Path) -> None:
    """Hostile XML is refused for its document type, before the parser sees it."""
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    with pytest.raises(Unparsable, match="document type") as refused:
        read(ENTITIES.format(file=secret).encode(), "crm_mon's output", ("crm_mon",))
    assert "do not read" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-7", "utf-16", "cp037", "iso-8859-1", "no-such-encoding"])
def test_the_text_does_not_choose_its_encoding(encoding: str) -> None:
    """A document type can't be hidden in another encoding: the text is read as UTF-8 whatever it declares."""
    hidden = f'<?xml version="1.0" encoding="{encoding}"?>+ADwAIQ-DOCTYPE crm_mon+AD4-<crm_mon/>'.encode()
    with pytest.raises(Unparsable):
        read(hidden, "crm_mon's output", ("crm_mon",))


def test_comments_and_instructions_are_passed_over() -> None:
    """What is not an element is no child of one."""
    root = read(b"<crm_mon><!-- x --><?php x?><nodes/></crm_mon>", "crm_mon's output", ("crm_mon",))
    assert [child.tag for child in root] == ["nodes"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"Reading stonith-history failed", "not whole XML"),
        (b"\xff\xfe<crm_mon/>", "not UTF-8"),
        (b"<crm_mon/><crm_mon/>", "not whole XML"),
        (b"<html/>", "expected <crm_mon>"),
        (b"<crm_mon>" * 100_000, "not whole XML"),
        (b"<crm_mon x='" + b"x" * 10_000_001 + b"'/>", "not whole XML"),
        (b"x" * 10_000_000, "not whole XML"),
    ],
    ids=[
        "empty",
        "blank",
        "text",
        "binary",
        "two roots",
        "other root",
        "deep",
        "long attribute",
        "ten megabytes",
    ],
)
def test_what_is_not_one_whole_document_is_unparsable(output: bytes, said: str) -> None:
    """The reason is given with the first odd characters, and no more of them."""
    with pytest.raises(Unparsable, match=said) as refused:
        read(output, "crm_mon's output", ("crm_mon",))
    assert len(str(refused.value)) < 300
