import sys

from tests.trials.matrix.clusters.cli import main

sys.exit(main())
