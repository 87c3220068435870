"""Captures of nodes: `== NAME`, then what the mariadb client prints in batch mode for the two statements.

Below the name of a node that did not answer there is nothing.
"""

from itertools import groupby

from exporter.sources.galera.parse import Rows
from tests.golden import CAPTURES

HEADER = "Variable_name\tValue"
CASES = sorted(path.stem for path in CAPTURES.glob("wsrep-*.tsv"))


def answers(case: str) -> dict[str, list[Rows]]:
    """By node that answered, the rows of SHOW GLOBAL STATUS and of SHOW GLOBAL VARIABLES."""
    return {node: results for node, results in _sections(case).items() if results}


def silent(case: str) -> list[str]:
    """The nodes that did not answer."""
    return [node for node, results in _sections(case).items() if not results]


def _sections(case: str) -> dict[str, list[Rows]]:
    text = (CAPTURES / f"{case}.tsv").read_text()
    return {
        section.partition("\n")[0].strip(): _results(section.splitlines()[1:])
        for section in text.split("== ")[1:]
    }


def _results(lines: list[str]) -> list[Rows]:
    parts = groupby(lines, key=HEADER.__eq__)
    return [[line.split("\t") for line in part] for is_header, part in parts if not is_header]
