"""What is seen of a host: HAProxy's socket and the folders above, a file that setup wrote."""

import os
from pathlib import Path

import pytest

from exporter.autodetect.found import Detected
from exporter.commands.setup import config_file, look
from exporter.commands.setup.rights import Dump, SocketFile
from exporter.sources.haproxy.configuration.haproxy_cfg import SocketRights, parse
from tests.commands.setup.cases import ACCOUNTS, CONFIG

ROOTS = look._name(0)


def test_a_socket_that_is_there_speaks_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    path.touch()
    path.chmod(0o660)
    seen = look._present(path)
    assert seen == SocketFile(str(path), 0o660, os.geteuid(), look._name(path.stat().st_gid))
    assert look._present(tmp_path / "absent") is None


def test_a_dump_that_keepalived_wrote(tmp_path: Path) -> None:
    """With its mode, its group, and what keeps that group from it."""
    path = tmp_path / "keepalived.json"
    assert look._dump(str(path)) is None
    path.touch()
    path.chmod(0o640)
    group = look._name(path.stat().st_gid)
    assert look._dump(str(path)) == Dump(str(path), 0o640, group, look._blocked(path, group))


def test_while_haproxy_is_down_its_configuration_speaks(tmp_path: Path) -> None:
    """The group of the line, else that of a setgid folder, else that of the process, root's."""
    path = tmp_path / "admin.sock"
    assert look._announced(path, None) == SocketFile(str(path), 0o755, 0, "root")
    assert look._announced(path, SocketRights(0o660, "haproxy")).group == "haproxy"
    assert look._announced(path, SocketRights(0o660, "0")).group == ROOTS
    tmp_path.chmod(0o2775)
    os.chown(tmp_path, -1, os.getegid())
    assert look._announced(path, SocketRights(0o660)).group == look._name(os.getegid())


def test_a_folder_that_nobody_passes_is_named(tmp_path: Path) -> None:
    """The first one on the way from the root; the group's members may pass where its bit is set."""
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o750)
    tmp_path.chmod(0o755)  # pytest's own are closed, and another test may open those above
    group = look._name(inner.stat().st_gid)
    outside = [folder for folder in tmp_path.parents if not folder.stat().st_mode & 0o001]
    first = str(outside[-1]) if outside else str(inner)
    assert look._blocked(inner / "admin.sock", "another") == first
    assert look._blocked(inner / "admin.sock", group) in ("", *map(str, outside))


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("global\n stats socket /run/a.sock\n", SocketRights()),
        ("global\n stats socket /run/a.sock mode 660 level admin\n", SocketRights(0o660)),
        ("global\n stats socket /run/a.sock group ops mode 0600\n", SocketRights(0o600, "ops")),
        ("global\n unix-bind mode 660 gid 7\n stats socket /run/a.sock\n", SocketRights(0o660, "7")),
        (
            "global\n unix-bind group x mode 600\n stats socket /run/a.sock mode 666\n",
            SocketRights(0o666, "x"),
        ),
        ("global\n stats socket /run/a.sock mode what\n", SocketRights()),
    ],
)
def test_the_rights_of_a_socket_in_haproxy_cfg(text: str, rights: SocketRights) -> None:
    """Of its line, else of `unix-bind`."""
    assert parse([text], {}).rights == {"unix:/run/a.sock": rights}


def test_a_file_that_setup_wrote_is_known_again(tmp_path: Path) -> None:
    """Whichever accounts were there by then; not once a person, or the host, changed."""
    path, shown = tmp_path / "config.yml", Detected(CONFIG, (), (), complete=True)
    for there in (frozenset[str](), ACCOUNTS):
        path.write_text(config_file.text(CONFIG, there))
        assert look._own_text(path, shown) == path.read_text()
    assert not look._own_text(path, Detected(CONFIG, (), (), complete=False))
    path.write_text(path.read_text() + "\n")
    assert not look._own_text(path, shown)
