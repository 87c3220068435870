import sys

from tests.trials.keepalived.cli import main

sys.exit(main())
