"""`python -m dynamic_style.backend`: the command line under another name."""

from __future__ import annotations

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
