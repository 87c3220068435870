"""A program of its own: what Corosync's tools print, over connections that stay.

Its modules import each other and the standard library alone. It is asked as standing_tool.py says:

    map KEY …      as `corosync-cmapctl KEY …`; a key that ends in a dot is a prefix
    stats KEY …    as `corosync-cmapctl -m stats KEY …`, likewise
    links          as `corosync-cfgtool -s`
    quorum         as `corosync-quorumtool -p`, without its date

The word of an answer is `ok`; `failed`, with an error in the words of corosync-cmapctl; or `unsuitable`, with
why the tools have to be used here. After the last two it ends, and so it does after an hour: it touches ever
more pages of its connections (rings in shared memory), and the libraries may have been replaced.

Why a process: a call waits as long as Corosync is frozen, and what becomes of memory that is shared with a
Corosync that ends badly must not end the exporter. It can be killed at any time.

A connection costs Corosync's one thread 3.4 ms of CPU and 3.2 MB; a question over one that stays costs 5 µs:
measured with Corosync 3.1.7 on two cores. Sources: cmap.h, cfg.h, quorum.h, votequorum.h and corotypes.h of
Corosync 3.1.1 to 3.1.10. What older ones lack is corosync_cfg_node_status_get.
"""

OK, FAILED, UNSUITABLE = "ok", "failed", "unsuitable"

# Isolated, without site-packages: 9 MB and 15 ms. The argument is the folder that this package is in.
PROGRAM = "import sys; sys.path.append(sys.argv[1]); from corosync_libraries.program import main; main()"
OPTIONS = ("-I", "-S", "-c", PROGRAM)
