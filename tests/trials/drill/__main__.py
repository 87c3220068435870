import sys

from tests.trials.drill.cli import main

sys.exit(main())
