import sys

from deploy.drill.cli import main

sys.exit(main())
