import pytest

from deploy.lab.errors import LabError
from deploy.lab.page import Page, parse
from tests.trials.common.truth import Attempt
from tests.trials.drill.felt import Commits, Felt, commits, measured, truth

VIP = "10.0.0.100"


def page(outages: int = 0, seconds: float = 0.0, buckets: tuple[int, int, int] = (10, 10, 10)) -> Page:
    where = f'port="3306",vip="{VIP}"'
    counted = "".join(
        f'vip_probe_duration_seconds_bucket{{le="{bound}",phase="total",{where}}} {count}\n'
        for bound, count in zip(("0.5", "3.3", "+Inf"), buckets, strict=True)
    )
    other = f'vip_probe_duration_seconds_bucket{{le="+Inf",phase="connect",{where}}} {sum(buckets)}\n'
    return parse(
        f"vip_outages_total{{{where}}} {outages}\nvip_outage_seconds_total{{{where}}} {seconds}\n"
        f"# TYPE vip_probe_duration_seconds histogram\n{counted}{other}"
    )


def test_the_truth_is_of_the_case_alone() -> None:
    """Outages and slow connects of the case before, and of healing, are not in it."""
    attempts = [
        Attempt(0.0, 4.0, failed=False),
        Attempt(1.0, 1.1, failed=True),
        Attempt(1.5, 1.6, failed=False),
        Attempt(11.0, 11.1, failed=True),
        Attempt(11.2, 11.3, failed=True),
        Attempt(11.4, 12.5, failed=False),
        Attempt(21.0, 21.1, failed=True),
        Attempt(21.5, 29.0, failed=False),
    ]
    felt = truth(attempts, 10.0, 20.0)
    assert felt.outages == 1
    assert [felt.seconds, felt.slowest, felt.broken] == pytest.approx([1.5, 1.1, 0.1])


def test_a_case_without_an_attempt_has_nothing() -> None:
    """Zeros, no error."""
    assert truth([], 0.0, 1.0) == Felt(0, 0.0, 0.0)


def test_of_the_page_only_what_came_since_the_one_before() -> None:
    """Outages, their seconds, and the bucket of the slowest attempt of them all."""
    before, after = page(2, 1.5, (10, 11, 11)), page(3, 2.75, (60, 62, 62))
    assert measured(before, after, VIP) == Felt(1, 1.25, 3.3)


def test_slow_attempts_of_before_do_not_count_again() -> None:
    """All that came since was quick."""
    assert measured(page(buckets=(10, 11, 11)), page(buckets=(60, 61, 61)), VIP) == Felt(0, 0.0, 0.5)


def counted(*values: int) -> Page:
    """These of the address, and other ones of another."""
    names = ("commit_attempts", "commits_acknowledged", "commits_in_doubt", "commits_lost")
    return parse(
        "".join(
            f'vip_{name}_total{{port="3306",vip="{VIP}"}} {value}\n'
            f'vip_{name}_total{{port="3306",vip="10.0.0.101"}} 99\n'
            for name, value in zip(names, values, strict=True)
        )
    )


def test_commits_are_those_since_the_page_before() -> None:
    """Of the address that is asked for; without the write probe it is an error."""
    before, after = counted(5, 5, 5, 5), counted(50, 45, 6, 5)
    assert commits(before, after, VIP) == Commits(45, 40, 1, 0)
    with pytest.raises(LabError, match="vip_commit_attempts_total"):
        commits(page(), page(), VIP)
