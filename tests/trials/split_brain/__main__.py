import sys

from tests.trials.split_brain.cli import main

sys.exit(main())
