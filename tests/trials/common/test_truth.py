import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.lab.errors import LabError
from tests.trials.common import client
from tests.trials.common.truth import Attempt, Span, longest_gap, outages, parse


def sha1(text: bytes) -> bytes:
    return hashlib.sha1(text).digest()  # noqa: S324  # the protocol's


def well(launch: float, took: float = 0.0) -> Attempt:
    return Attempt(launch, launch + took, failed=False)


def failed(launch: float) -> Attempt:
    return Attempt(launch, launch, failed=True)


def test_from_the_first_failure_to_the_end_of_the_first_success_after_the_last() -> None:
    """Successes between failures don't end it."""
    attempts = [well(0), failed(1), well(1.25), failed(1.5), well(2, 0.5), well(2.125, 0.125), well(4)]
    assert outages(attempts) == [Span(1, 2.25)]


def test_failures_a_second_apart_are_two_outages() -> None:
    """And those closer than that one."""
    assert outages([failed(1), well(1.1), failed(2), well(2.1)]) == [Span(1, 1.1), Span(2, 2.1)]
    assert outages([failed(1), well(1.1), failed(1.99), well(2.1)]) == [Span(1, 2.1)]


def test_what_had_not_recovered_goes_on() -> None:
    """The only success between failures far apart ended after the second began: one outage."""
    assert outages([failed(1), well(1.1, 5), failed(3), well(8)]) == [Span(1, 8)]


def test_what_has_not_ended_is_none() -> None:
    """No success after the last failure, so no duration."""
    assert outages([well(0), failed(1)]) == []
    assert outages([]) == outages([well(1)]) == []


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 5), st.booleans())))
def test_outages_lie_apart_and_hold_every_failure(
    drawn: list[tuple[float, float, bool]],
) -> None:
    """Whatever the order of ends: spans in order, none in another."""
    attempts = sorted((Attempt(at, at + took, how) for at, took, how in drawn), key=lambda one: one.launch)
    spans = outages([*attempts, well(100)])
    assert all(one.end <= later.start for one, later in pairwise(spans))
    for one in attempts:
        assert not one.failed or any(span.start <= one.launch <= span.end for span in spans)


def test_the_log() -> None:
    """In the order of launch; a line that is no attempt is an error with it."""
    assert parse(["2.0 2.1 -", "1.0 6.0 TimeoutError"]) == [Attempt(1, 6, True), Attempt(2, 2.1, False)]
    with pytest.raises(LabError, match="client says: Traceback"):
        parse(["Traceback (most recent call last):"])


def test_the_longest_gap() -> None:
    """Between neighbours; none with one attempt."""
    assert (longest_gap([well(1), well(1.5), well(3)]), longest_gap([well(1)])) == (1.5, 0.0)


def test_the_clients_password_is_scrambled_as_the_protocol_says() -> None:
    """The server, which keeps SHA1(SHA1(password)), finds from the answer what it is the SHA1 of."""
    salt, password = b"12345678901234567890", b"secret"
    once = sha1(password)
    mask = sha1(salt + sha1(once))
    answer = client.scramble(password, salt)
    assert bytes(one ^ other for one, other in zip(answer, mask, strict=True)) == once


def test_the_client_stands_alone() -> None:
    """It imports nothing of this project and nothing that isn't Python's own."""
    folder = str(Path(client.__file__).parent)
    code = f"import sys; sys.path.insert(0, {folder!r}); import client; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert not {"exporter", "deploy", "pymysql"} & {name.partition(".")[0] for name in ran.stdout.split()}


def test_an_outage_counts_the_attempts_that_failed() -> None:
    """One that was reset while the others waited for 0.7 s is 0.01 s of failing, not 0.7."""
    waited = [Attempt(0.01 * n, 0.7 + 0.01 * n, False) for n in range(1, 30)]
    [span] = outages([Attempt(0.0, 0.5, True), *waited])
    assert (round(span.duration, 2), span.failing) == (0.71, 0.01)
    assert Span(1.0, 1.2).failing == pytest.approx(0.2)
