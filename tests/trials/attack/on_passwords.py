"""Attacks on the password check."""

import base64
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import bcrypt

from tests.trials.attack import clients
from tests.trials.attack.observer import observing
from tests.trials.attack.on_pages import in_time, said
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import Target, running

AREA = "passwords"
COST = 12  # 210 ms of a core
FLOOD_SECONDS = 8.0
PASSWORD = "the-right-one"  # noqa: S105  # of this process alone


def authorization(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


RIGHT = {"Authorization": authorization("prometheus", PASSWORD)}


def request(header: str) -> bytes:
    return (
        f"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {header}\r\n\r\n".encode()
    )


def hashed(cost: int) -> str:
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost)).decode()


def attacks() -> Iterator[Outcome]:
    users = f"basic_auth_users: {{prometheus: {hashed(COST)}, cheap: {hashed(6)}}}\n"
    with TemporaryDirectory(prefix="attack-") as folder, running(Path(folder), web_config=users) as one:
        yield first_scrape_under_a_flood(one)
        yield without_a_password(one)
        yield abandoned_guesses(one)
        yield guessing_names(one)
    yield no_hash()


def without_a_password(one: Target) -> Outcome:
    one.get(headers=RIGHT)
    before = one.figures(RIGHT)
    began = time.monotonic()
    answers = [
        clients.ask(one, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") for _ in range(300)
    ]
    each = (time.monotonic() - began) / len(answers)
    refused = sum(b" 401 " in answer.partition(b"\r\n")[0] for answer in answers)
    cpu = one.figures(RIGHT).cpu - before.cpu
    return Outcome(
        AREA,
        f"{len(answers)} requests without a password (bcrypt of cost {COST})",
        "401 at once: less than 20 ms each",
        f"{refused} refused, {each * 1000:.1f} ms each, {cpu:.1f} s of CPU",
        refused == len(answers) and each < 0.02,
    )


def first_scrape_under_a_flood(one: Target) -> Outcome:
    """Before the right password is known: it is checked in its turn."""
    stop, statuses = threading.Event(), []

    def guess(number: int) -> None:
        while not stop.is_set():
            header = authorization("prometheus", f"guess{number}{time.monotonic()}")
            statuses.append(clients.ask(one, request(header), 10)[9:12])

    guessers = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for guesser in guessers:
        guesser.start()
    try:
        time.sleep(1)
        began = time.monotonic()
        status, _ = one.get(headers=RIGHT)
        first = time.monotonic() - began
        before = one.figures(RIGHT)
        with observing(one, RIGHT) as observed:
            time.sleep(FLOOD_SECONDS)
        after = one.figures(RIGHT)
    finally:
        stop.set()
        for guesser in guessers:
            guesser.join()
    cores = (after.cpu - before.cpu) / FLOOD_SECONDS
    return Outcome(
        AREA,
        f"12 clients guess as fast as they can for {FLOOD_SECONDS:.0f} s",
        "429 for most of it; the right password gets in and stays in, the prober is in time, "
        "at most one core is used, at the lowest priority",
        f"the first scrape came in {first:.2f} s ({status}), then {said(observed, before, after)}; "
        f"{cores:.2f} cores; {statuses.count(b'401')} guesses checked, {statuses.count(b'429')} not",
        status == 200
        and observed.all_answered
        and in_time(before, after)
        and cores < 1.5
        and statuses.count(b"429") > statuses.count(b"401"),
    )


def abandoned_guesses(one: Target) -> Outcome:
    one.get(headers=RIGHT)
    before = one.figures(RIGHT)
    with observing(one, RIGHT) as observed:
        for number in range(600):
            clients.leave(one, request(authorization("prometheus", f"gone{number}")))
    began = time.monotonic()
    answer = clients.ask(one, request(authorization("prometheus", "wrong")), 20)
    waited = time.monotonic() - began
    after = one.figures(RIGHT)
    return Outcome(
        AREA,
        "600 wrong passwords whose clients leave",
        "scrapes are answered, and the next password is checked within 3 s",
        f"{observed}; the next one was answered ({answer[9:12].decode()}) in {waited:.2f} s; "
        f"{after.cpu - before.cpu:.1f} s of CPU",
        observed.all_answered and waited < 3 and in_time(before, after),
    )


def guessing_names(one: Target) -> Outcome:
    """Judged by the exporter's CPU: by the clock, whatever else the machine does is in it too."""
    clock: dict[str, list[float]] = {"prometheus": [], "cheap": [], "nobody": []}
    cpu = dict.fromkeys(clock, 0.0)
    for number in range(8):
        for user, taken in clock.items():
            before, began = one.cpu(), time.monotonic()
            clients.ask(one, request(authorization(user, f"guess{number}")), 20)
            taken.append(time.monotonic() - began)
            cpu[user] += one.cpu() - before
    spread = max(cpu.values()) / min(cpu.values())
    medians = ", ".join(f"{user} {statistics.median(taken) * 1000:.0f} ms" for user, taken in clock.items())
    return Outcome(
        AREA,
        f"guessing names: a user with cost {COST}, one with cost 6, one that isn't there",
        "each takes equally long: the CPU of a check differs by less than a quarter",
        f"the CPU differs by {(spread - 1) * 100:.0f} %; medians by the clock: {medians}",
        spread < 1.25,
    )


def no_hash() -> Outcome:
    with TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        (folder / "config.yml").write_text("vips: [{address: 127.0.0.1}]\n")
        (folder / "web.yml").write_text("basic_auth_users: {joe: $2b$12$this.is.no.hash}\n")
        arguments = [f"--config.file={folder}/config.yml", f"--web.config.file={folder}/web.yml"]
        command = [sys.executable, "-m", "exporter", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return Outcome(
        AREA,
        "a bcrypt hash that is none, in web.config.file",
        "it does not start, and names the user",
        f"exit code {ran.returncode}: {ran.stderr.strip().rpartition('web.yml: ')[2]}",
        ran.returncode == 1 and "password of joe is no bcrypt hash" in ran.stderr,
    )
