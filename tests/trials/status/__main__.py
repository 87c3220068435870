"""python -m tests.trials.status"""

import sys

from tests.trials.status.cli import main

sys.exit(main())
