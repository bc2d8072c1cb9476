"""python -m dynamic_style.training, and what torchrun -m starts."""

import sys

from .cli import main

sys.exit(main())
