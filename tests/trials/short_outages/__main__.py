import sys

from tests.trials.short_outages.cli import main

sys.exit(main())
