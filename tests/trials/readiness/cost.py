"""What one simulation costs: the watcher's two commands, on the balancer that serves."""

from deploy.lab.errors import LabError
from deploy.lab.host import Host

ROUNDS = 20
EVERY = 60.0  # seconds: at rest the watcher asks once in this time
ASK = "cibadmin --query --local >$f; crm_simulate --xml-pipe --simulate --output-as=xml <$f >/dev/null"
SCRIPT = f"f=$(mktemp); i=0; while [ $i -lt {ROUNDS} ]; do {ASK} || exit 1; i=$((i+1)); done; rm $f; times"


def measured(host: Host) -> float:
    """Seconds of CPU, user and system, of one cibadmin and one crm_simulate."""
    return children(host.run("sh", "-c", SCRIPT, timeout=120)) / ROUNDS


def children(times: str) -> float:
    """The second line of `times` (POSIX): ``0m1.230000s 0m0.450000s``, what children used."""
    lines = times.strip().splitlines()
    if len(lines) != 2:
        raise LabError(f"not an answer of `times`: {times!r}")
    minutes = (word.rstrip("s").split("m") for word in lines[1].split())
    return sum(int(whole) * 60 + float(rest) for whole, rest in minutes)
