import sys

from tests.trials.matrix.cli import main

sys.exit(main())
