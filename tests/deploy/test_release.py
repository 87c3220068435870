"""What a release is refused for, and that what is built has all that it should carry."""

import gzip
import subprocess
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.release import __main__ as command
from deploy.release import distributions, readiness

ROOT = Path(__file__).parents[2]
GIT = ["git", "-c", "user.name=Joe", "-c", "user.email=joe@example.com", "-c", "commit.gpgsign=false"]


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., None]:
    def run(*arguments: str) -> None:
        subprocess.run([*GIT, *arguments], cwd=tmp_path, check=True, capture_output=True)

    run("init")
    return run


@pytest.fixture
def ready(tmp_path: Path, git: Callable[..., None]) -> Path:
    """A repository that may be released."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.2.3 - 2026-11-29\n\n- New.\n\n## 1.2.2 - 2026-11-01\n"
    )
    git("add", ".")
    git("commit", "-m", "All")
    git("tag", "v1.2.3")
    return tmp_path


def test_a_commit_whose_tag_changelog_and_version_agree_is_released(ready: Path) -> None:
    """Nothing stands against it."""
    assert readiness.problems(ready) == []


def test_a_tree_with_changes_is_refused(ready: Path) -> None:
    """Those that are new to git too, each by name."""
    (ready / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\nname = "x"\n')
    (ready / "new").write_text("")
    assert readiness.problems(ready) == ["the tree has changes that are not committed: pyproject.toml, new"]


def test_another_commit_than_that_of_the_tag_is_refused(ready: Path, git: Callable[..., None]) -> None:
    """The tag has to be that of the version, on this very commit."""
    git("commit", "--allow-empty", "-m", "More")
    git("tag", "v1.2.4")
    assert readiness.problems(ready) == [
        "HEAD has no tag v1.2.3, the version of pyproject.toml: git tag -s v1.2.3"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## 1.2.4 - 2026-11-29\n", "CHANGELOG.md begins with 1.2.4, pyproject.toml has 1.2.3"),
        (
            "## Unreleased\n\n## 1.2.3 - 2026-11-29\n",
            "CHANGELOG.md begins with Unreleased, pyproject.toml has 1.2.3",
        ),
        ("", "CHANGELOG.md begins with nothing, pyproject.toml has 1.2.3"),
        ("## 1.2.3 - unreleased\n", "CHANGELOG.md: 1.2.3 needs its date, as in `## 1.2.3 - 2026-01-31`"),
        ("## 1.2.3\n", "CHANGELOG.md: 1.2.3 needs its date, as in `## 1.2.3 - 2026-01-31`"),
    ],
)
def test_a_changelog_that_says_something_else_is_refused(
    ready: Path, git: Callable[..., None], text: str, said: str
) -> None:
    """Another version, none, or one without its date."""
    (ready / "CHANGELOG.md").write_text(text)
    git("commit", "-a", "-m", "Changelog")
    git("tag", "--force", "v1.2.3")
    assert readiness.problems(ready) == [said]


def test_what_is_not_ready_is_not_built(
    ready: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each reason is said; what an earlier release built stays."""
    (ready / "dist").mkdir()
    (ready / "dist/earlier").write_text("")
    monkeypatch.setattr(command, "ROOT", ready)
    monkeypatch.setattr(command, "DIST", ready / "dist")
    monkeypatch.setattr("sys.argv", ["release"])
    assert command.main() == 1
    assert capsys.readouterr().err == "no release: the tree has changes that are not committed: dist/\n"
    assert [one.name for one in (ready / "dist").iterdir()] == ["earlier"]


def test_this_changelog_is_that_of_the_version() -> None:
    """Its first heading; only the date is given at the release."""
    number = readiness.version(ROOT)
    assert f"\n## {number} - " in (ROOT / "CHANGELOG.md").read_text().partition("\n## 0.1.0")[0]


def test_the_wheel_carries_each_rule_dashboard_and_runbook() -> None:
    """pyproject.toml names every folder of them: a new one has to be added there."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    carried = {
        f"{folder}/{one.name}".removeprefix("share/failover-exporter/")
        for folder, patterns in tables.items()
        for pattern in patterns
        for one in ROOT.glob(pattern)
    }
    tops = [ROOT / "alerts", ROOT / "dashboards", ROOT / "docs/runbooks"]
    files = [str(one.relative_to(ROOT)) for top in tops for one in top.rglob("*") if one.is_file()]
    wanted = distributions.shared(name for name in files if "__pycache__" not in name)
    assert carried == wanted
    assert {"alerts/rules/5s/vip.yml", "dashboards/failover-story.json", "runbooks/VIPDown.md"} <= wanted


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    """In the archive that was built."""
    distributions.compare(Path("x.whl"), ["a", "b"], ["b", "a"])
    with pytest.raises(distributions.NotWhole, match=r"x.whl: missing \['a'\], too many \['c'\]"):
        distributions.compare(Path("x.whl"), ["a", "b"], ["b", "c"])


def test_an_sdist_has_the_same_bytes_whoever_built_it(tmp_path: Path) -> None:
    """Owner, order, umask and time leave no trace; that a file can be run stays."""
    archives = []
    for mode, when, names in ((0o700, 1, ("x/run", "x/a")), (0o775, 2_000_000_000, ("x/a", "x/run"))):
        path = tmp_path / f"{when}.tar.gz"
        with gzip.open(path, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as archive:
            for name in names:
                member = tarfile.TarInfo(name)
                member.mode = mode if name == "x/run" else mode & 0o666
                member.mtime, member.uid, member.uname = when, when % 1000, str(when)
                archive.addfile(member)
        distributions.normalise(path, 1764288000)
        archives.append(path.read_bytes())
        with tarfile.open(path) as archive:
            assert [(one.name, one.mode, one.mtime) for one in archive] == [
                ("x/a", 0o644, 1764288000),
                ("x/run", 0o755, 1764288000),
            ]
    assert archives[0] == archives[1]


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    """So that anybody can check a download."""
    for name in ("b.whl", "a.tar.gz"):
        (tmp_path / name).write_text(name)
    command.write_sums(tmp_path)
    command.write_sums(tmp_path)
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    checked = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert checked.stdout == "a.tar.gz: OK\nb.whl: OK\n"
