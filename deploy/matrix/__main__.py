import sys

from deploy.matrix.cli import main

sys.exit(main())
