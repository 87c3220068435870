import sys

from tests.trials.matrix.engines.cli import main

sys.exit(main())
