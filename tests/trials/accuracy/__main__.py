import sys

from tests.trials.accuracy.cli import main

sys.exit(main())
