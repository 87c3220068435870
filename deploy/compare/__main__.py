import sys

from deploy.compare.cli import main

sys.exit(main())
