"""``python -m marketsofone`` is ``m1``."""

import sys

from marketsofone.cli import main

sys.exit(main())
