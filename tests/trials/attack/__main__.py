import sys

from tests.trials.attack.cli import main

sys.exit(main())
