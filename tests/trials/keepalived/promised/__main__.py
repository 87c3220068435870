import sys

from tests.trials.keepalived.promised.cli import main

sys.exit(main())
