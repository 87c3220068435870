import sys

from deploy.pictures.cli import main

sys.exit(main())
