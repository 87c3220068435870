import sys

from tests.trials.pictures.cli import main

sys.exit(main())
