"""What a package is made of, without building one."""

import subprocess
from pathlib import Path

import pytest

from deploy.packages import cache, contents, package, roots
from deploy.packages.copyright import copyright_file
from deploy.packages.errors import CannotBuild
from deploy.packages.releases import RELEASES
from exporter.config import Config
from exporter.typed_yaml import load

FILES = contents.HERE / "files"


def test_packages_are_named_as_their_packagers_do() -> None:
    """Each release's package can be told from the others by its version."""
    assert [one.file_name("0.2.0") for one in RELEASES.values()] == [
        "failover-exporter_0.2.0-1~deb12_amd64.deb",
        "failover-exporter_0.2.0-1~deb13_amd64.deb",
        "failover-exporter-0.2.0-1.el9.x86_64.rpm",
    ]


def test_a_deb_is_bound_to_the_python_that_it_was_compiled_for() -> None:
    """The next minor version's is refused by apt, instead of failing at the first import."""
    assert "python3 (>= 3.11)" in RELEASES["bookworm"].depends
    assert "python3 (<< 3.12)" in RELEASES["bookworm"].depends
    assert "python3 (<< 3.14)" in RELEASES["trixie"].depends


def tree(folder: Path) -> Path:
    """Some of the files that a package has."""
    for name in (contents.DEFAULTS, f"{contents.HOME}/bin/x", f"{contents.UNITS}/x.service"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    (folder / "usr/bin").mkdir()
    (folder / "usr/bin/failover-exporter").symlink_to("../lib/failover-exporter/bin/failover-exporter")
    return folder


def test_it_owns_its_own_folders_and_none_of_others(tmp_path: Path) -> None:
    """/usr/bin is everybody's; a changed /etc/default/failover-exporter outlives an upgrade."""
    described = package.describe(RELEASES["bookworm"], "0.2.0", tree(tmp_path))["contents"]
    kinds = {one["dst"]: one.get("type") for one in described}
    assert kinds == {
        "/usr/lib/failover-exporter": "tree",
        "/usr/share/failover-exporter": "tree",
        "/usr/share/doc/failover-exporter": "tree",
        "/etc/default/failover-exporter": "config|noreplace",
        "/usr/bin/failover-exporter": "symlink",
        "/usr/lib/systemd/system/x.service": None,
    }


def test_an_rpm_brings_the_folders_of_the_service(tmp_path: Path) -> None:
    """Its user is made before the files are laid down; a deb makes both afterwards."""
    described = package.describe(RELEASES["el9"], "0.2.0", tree(tmp_path))["contents"]
    owners = {one["dst"]: one["file_info"] for one in described if "file_info" in one}
    assert owners["/etc/failover-exporter"] == {"group": "failover-exporter", "mode": 0o750}
    assert owners["/var/lib/failover-exporter"]["owner"] == "failover-exporter"


@pytest.mark.parametrize("packager", ["deb", "rpm"])
def test_maintainer_scripts_are_shell(packager: str) -> None:
    """By sh's own reading of each; nfpm knows their names."""
    scripts = package.describe(RELEASES["el9" if packager == "rpm" else "bookworm"], "1", Path("/none"))[
        "scripts"
    ]
    assert scripts.keys() >= {"postinstall", "preremove", "postremove"}
    for script in scripts.values():
        subprocess.run(["/bin/sh", "-n", script], check=True)


def test_each_library_s_licence_is_named(tmp_path: Path) -> None:
    """By its metadata: an SPDX expression, or the classifiers that stood for it before."""
    site = tmp_path / "lib/python3.11/site-packages"
    for name, licence in (
        ("zlib", "License-Expression: MIT"),
        ("Attic", "Classifier: License :: OSI Approved :: BSD License"),
        ("failover-exporter", "License-Expression: Apache-2.0"),
    ):
        (site / f"{name}.dist-info").mkdir(parents=True)
        text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1\n{licence}\n\nText\n"
        (site / f"{name}.dist-info/METADATA").write_text(text)
    assert copyright_file(tmp_path).endswith(":\n .\n Attic 1: BSD License\n zlib 1: MIT\n")


def test_the_example_configuration_is_one() -> None:
    """What is installed as documentation is taken by the program, and turns each section on."""
    config = load(Config, FILES / "config.yml")
    assert config.pacemaker and config.corosync and config.haproxy and config.galera and config.vips


def test_each_lintian_override_has_its_reason() -> None:
    """A comment stands before it."""
    lines = (FILES / "lintian-overrides").read_text().splitlines()
    assert lines[0].startswith("#")
    assert all(line.startswith(("#", "failover-exporter: ")) for line in lines)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "sources.list.d/debian.sources",
            "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n",
        ),
        (
            "sources.list",
            "# deb http://old.example/debian x main\ndeb [arch=amd64] http://mirror.example/debian x main\n",
        ),
        ("sources.list", "deb http://mirror.example/debian bookworm main\n"),
    ],
)
def test_a_clean_root_comes_from_where_this_machine_has_its_packages(
    tmp_path: Path, name: str, text: str
) -> None:
    """By apt's own configuration, in both of its formats."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert roots.mirror(tmp_path) == "http://mirror.example/debian"


def test_a_machine_without_apt_s_sources_is_told(tmp_path: Path) -> None:
    """Where they were looked for."""
    with pytest.raises(CannotBuild, match=f"no source of packages in {tmp_path}"):
        roots.mirror(tmp_path)


def test_what_is_kept_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And again when what it is made of changes, which removes the old one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []

    def make(new: Path) -> None:
        made.append(new)
        new.mkdir()

    first = cache.kept("x", cache.key("1"), "Making x", make)
    assert cache.kept("x", cache.key("1"), "Making x", make) == first
    second = cache.kept("x", cache.key("2"), "Making x", make)
    assert len(made) == 2
    assert second.is_dir()
    assert not first.exists()


def test_what_could_not_be_made_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that fails midway is none at the next one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def fail(new: Path) -> None:
        (new / "half").mkdir(parents=True)
        raise CannotBuild("no network")

    with pytest.raises(CannotBuild):
        cache.kept("x", "1", "Making x", fail)
    assert [one.name for one in cache.folder().iterdir()] == [".x.lock"]
