import sys

from deploy.accuracy.cli import main

sys.exit(main())
