import sys

from tests.trials.readiness.cli import main

sys.exit(main())
