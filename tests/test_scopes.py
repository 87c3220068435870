"""Which tests go to one process, so that each lab comes up once (conftest.py)."""

import pytest

from tests.conftest import scope


@pytest.mark.parametrize(
    ("nodeid", "lab"),
    [
        ("tests/lab/test_healthy.py::test_one[article]", "article"),
        ("tests/lab/test_healthy.py::test_one[article-trixie]", "article on trixie"),
        ("tests/lab/faults/test_people.py::test_one[trixie-article]", "article on trixie"),
        ("tests/lab/faults/test_people.py::test_one[twin-trixie]", "twin on trixie"),
        ("tests/lab/test_faults.py::test_one[galera-split-three-article]", "article"),
        ("tests/lab/test_matrix.py::test_one[node-off-article]", "tests/lab/test_matrix.py"),
        ("tests/lab/test_matrix.py::test_one[trixie-node-off-article]", "tests/lab/test_matrix.py on trixie"),
        ("tests/lab/test_installing.py::test_one[trixie]", "tests/lab/test_installing.py"),
        ("tests/alerts/test_tools.py::test_one", "tests/alerts/test_tools.py"),
    ],
)
def test_a_lab_is_its_topology_on_its_release(nodeid: str, lab: str) -> None:
    """In whatever order pytest puts both; the matrix is apart, and what has no topology goes by its file."""
    assert scope(nodeid) == lab
