import sys

from tests.trials.fleet.cli import main

sys.exit(main())
