import sys

from deploy.split_brain.cli import main

sys.exit(main())
