import sys

from tests.trials.compare.cli import main

sys.exit(main())
