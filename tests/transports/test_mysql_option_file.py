"""Option files, beside what MySQL's clients read in them: my_print_defaults, of the mariadb-server
package."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.errors import Denied, SourceError, Unparsable, Unreachable
from exporter.transports.mysql_option_file import FILES_AT_MOST, GROUPS, OptionFile, read_option_file
from tests.mariadb import tool

SECRET = "hush-hush"  # noqa: S105  # of nobody

needs_the_real_one = pytest.mark.skipif(
    not tool("my_print_defaults"), reason="mariadb-server is not installed"
)


def real(path: Path) -> dict[str, bytes | None] | None:
    """What a client is given of the file: None where it would end with an error."""
    done = subprocess.run(
        [tool("my_print_defaults"), f"--defaults-file={path}", *GROUPS],
        check=False,
        capture_output=True,
        timeout=30,
    )
    if done.returncode:
        return None
    found: dict[str, bytes | None] = {}
    for line in done.stdout.decode("latin-1").split("\n")[:-1]:
        key, assigned, value = line.removeprefix("--").partition("=")
        name = key.lower().replace("_", "-")
        while name.startswith("loose-"):
            name = name.removeprefix("loose-")
        found[name] = value.encode("latin-1") if assigned else None
    return found


def read(path: Path, content: str | bytes) -> OptionFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o600)
    return read_option_file(str(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "client.cnf"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("password=secret # set by ansible", b"secret"),
        ("password=secret# set by ansible", b"secret"),
        ("password=a\\sb\\\\c", b"a b\\c"),
        ('password="x#y" # quoted', b"x#y"),
        ("password=x#y", b"x"),
        ("password='x#y'", b"x#y"),
        ("password=a'#'b", b"a'#'b"),
        ('password="a\\"#b"', b'a"#b'),
        ('password="unclosed', b'"unclosed'),
        ("password=a\\nb\\tc\\rd\\be\\qf\\'g\\\"h", b"a\nb\tc\rd\be\\qf'g\"h"),
        ("password=ends with \\", b"ends with \\"),
        ("password = ' kept '", b" kept "),
        ("  password\t=\tx\t", b"x"),
        ("password=a=b", b"a=b"),
        ("password=", b""),
        ("password", None),
        ("password # none", None),
        ("loose-password=x", b"x"),
        ("loose_loose-PASSWORD=x", b"x"),
        ("password=x\r", b"x"),
        ("password=first\npassword=last", b"last"),
        ("password=x\n[mysqldump]\npassword=y", b"x"),
        ("password=x\n[client-server]\npassword=y", b"y"),
        ("password=x\n[CLIENT-MariaDB ]junk\npassword=y", b"y"),
        ("password=x\n[ client]\npassword=y", b"x"),
        ("password=x\n;password=y\n#password=z", b"x"),
        ("password=x\n!notknown\n! include", b"x"),
        ("password=\xe0", b"\xc3"),
    ],
)
@needs_the_real_one
def test_lines_as_people_write_them(line: str, value: bytes | None, path: Path) -> None:
    """field/proxy-05 and its like: the value, and the real client's is the same where it goes on."""
    if line.endswith("! include"):
        line = line.removesuffix("\n! include")
    found = read(path, f"[client]\n{line}\n")
    assert found.options["password"] == value
    theirs = real(path)
    if value is None or b"\n" not in value:  # my_print_defaults prints a line break as it is
        assert theirs == found.options


# Made of what means something in an option file, and of bytes that are blanks to some. Not of a `=` without a
# key: with blanks before it the clients read what stands before the line in memory.
_KEYS = st.sampled_from(
    ["user", "password", "ssl-ca", "ssl_ca", "Loose-user", "loose_x", "k k", "#", "'q", "a\xa0"]
)
_PIECES = [*"ab '\"#\\=;!x\t\v\xa0\x85", "\\s", "\\t", "\\\\", "\\'", '\\"', "\\q", " # "]
_VALUES = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)
_OPTIONS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", " ", "\t", "\xa0"]), _KEYS, st.sampled_from(["", "=", " = ", "=\t"]), _VALUES
    ),
)
_GROUPS = st.sampled_from(
    [
        "[client]",
        "[client-server]",
        "[client-mariadb] # here",
        "[Client ]",
        "[mysql]",
        "[ client]",
        "[]",
        "[client",
        " [client]x",
    ]
)
_LINES = st.one_of(
    _OPTIONS,
    _OPTIONS,
    _OPTIONS,
    _GROUPS,
    st.sampled_from(["", "#c", "; c", "!x", "!includes /a", "!include", "!includedir  "]),
)


@needs_the_real_one
@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_any_file_is_read_as_the_clients_read_it(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, begins: bool
) -> None:
    """The same options with the same values, and an error where the clients end."""
    path = tmp_path_factory.getbasetemp() / "generated.cnf"
    text = end.join([*(["[client]"] if begins else []), *lines, ""])
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    try:
        found: dict[str, bytes | None] | None = read_option_file(str(path)).options
    except Unparsable:
        found = None
    assert found == real(path)


@needs_the_real_one
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(_LINES, max_size=3), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=4),
)
def test_any_files_that_include_each_other(
    tmp_path_factory: pytest.TempPathFactory,
    contents: list[list[str]],
    includes: list[tuple[int, int, bool]],
) -> None:
    """One another, themselves, whole folders: the same options, however they are nested."""
    folder = tmp_path_factory.mktemp("included")
    files = [folder / f"{name}.cnf" for name in "abc"]
    for including, included, whole in includes:
        line = f"!includedir {folder}/ " if whole else f" ! include\t{files[included]}\t"
        contents[including] = [*contents[including], line, "[client]"]
    for file, lines in zip(files, contents, strict=True):
        file.write_bytes("\n".join(["[client]", *lines, ""]).encode("latin-1"))
        file.chmod(0o600)
    try:
        found: dict[str, bytes | None] | None = read_option_file(str(files[0])).options
    except Unparsable as error:
        if f"more than {FILES_AT_MOST}" in str(error):
            return
        found = None
    assert found == real(files[0])


def test_included_files(path: Path, tmp_path: Path) -> None:
    """!include, and !includedir with its *.cnf by name; what follows stays in the group of before."""
    folder = tmp_path / "conf.d"
    folder.mkdir()
    for name, text in (("b.cnf", "user=b"), ("a.cnf", "user=a\npassword=a"), ("c.txt", "user=c")):
        (folder / name).write_text(f"[client]\n{text}\n")
    (tmp_path / "pw.cnf").write_text("[client]\nssl-ca=/pw\n")
    found = read(path, f"[client]\n!includedir {folder}\n!include {tmp_path}/pw.cnf\nssl-key=/k\n")
    assert found.options == {"password": b"a", "user": b"b", "ssl-ca": b"/pw", "ssl-key": b"/k"}
    assert found.origins["password"] == str(folder / "a.cnf")
    assert found.stamps.keys() == {
        str(one) for one in (path, folder, folder / "a.cnf", folder / "b.cnf", tmp_path / "pw.cnf")
    }


def test_include_of_the_last_line_without_its_end(path: Path, tmp_path: Path) -> None:
    """The clients lose the last letter of such a path; here it is read as it is written."""
    (tmp_path / "pw.cnf").write_text("[client]\nuser=x")
    assert read(path, f"!include {tmp_path}/pw.cnf").options == {"user": b"x"}


def test_what_is_missing_is_noticed(path: Path, tmp_path: Path) -> None:
    """A file that isn't there or has a mistake costs what is in it, with a word to the log; a folder is an
    error."""
    (tmp_path / "odd.cnf").write_text(f"[client]\nuser=x\n[client\npassword={SECRET}\n")
    (tmp_path / "open.cnf").write_text(f"[client]\npassword={SECRET}\n")
    (tmp_path / "open.cnf").chmod(0o666)
    names = ("odd", "open", "none")
    found = read(path, "[client]\n" + "".join(f"!include {tmp_path}/{name}.cnf\n" for name in names))
    assert found.options == {"user": b"x"}
    assert found.notices == [
        f"included by {path}: line 2: {tmp_path}/odd.cnf: line 3: a [group] without its ]",
        f"included by {path}: line 3: {tmp_path}/open.cnf: everybody may write to it, and MySQL's clients "
        "don't read such a file: chmod o-w",
        f"included by {path}: line 4: {tmp_path}/none.cnf: there is no such file",
    ]
    with pytest.raises(Unparsable, match=r"client\.cnf: line 1: !includedir '/nowhere': No such file"):
        read(path, "!includedir /nowhere\n")


def test_a_file_that_includes_itself(path: Path) -> None:
    """Ten deep, with a notice; as a tree that would never end, refused."""
    found = read(path, f"[client]\nuser=x\n!include {path}\n")
    assert found.options == {"user": b"x"}
    assert found.notices == [f"{path}: line 3: !include is not followed, it is 10 files deep already"]
    with pytest.raises(Unparsable, match=f"more than {FILES_AT_MOST}"):
        read(path, f"!include {path}\n" * 3)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (f"password={SECRET}\n", "line 1: an option before the first"),
        (f"\ufeff[client]\npassword={SECRET}\n", "line 1: an option before the first"),
        (f"[client\npassword={SECRET}\n", r"line 1: a \[group\] without its \]"),
        (f"[client]\npassword={SECRET}\0\n", "not a MySQL option file"),
        (f"[client]\npassword={SECRET}{'x' * 5000}\n", "not a MySQL option file"),
        ("[client]\n!include\n", "line 2: !include without a path"),
    ],
)
def test_mistakes_are_reported_by_line_and_without_what_is_in_it(
    content: str, error: str, path: Path
) -> None:
    """A byte order mark, a bracket, NUL, a line longer than the clients read in one piece."""
    with pytest.raises(Unparsable, match=error) as caught:
        read(path, content)
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__)


def test_files_that_are_not_read(path: Path, tmp_path: Path) -> None:
    """Not there, a folder, a FIFO that would hold the reader for ever, and one that anybody may have
    written."""
    for kind, made in ((Unreachable, path), (Unreachable, tmp_path)):
        with pytest.raises(kind, match=r"no such file|Is a directory"):
            read_option_file(str(made))
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(Unreachable, match="not a regular file"):
        read_option_file(str(tmp_path / "fifo"))
    path.write_text("[client]\nuser=x\n")
    path.chmod(0o646)
    with pytest.raises(Denied, match=r"everybody may write to it.*chmod o-w"):
        read_option_file(str(path))


@given(st.binary(max_size=300))
def test_any_bytes_are_options_or_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No other exception, whatever is in the file."""
    path = tmp_path_factory.getbasetemp() / "bytes.cnf"
    path.write_bytes(content)
    path.chmod(0o600)
    try:
        assert isinstance(read_option_file(str(path)).options, dict)
    except SourceError as error:
        assert str(path) in str(error)
