"""`dynamic-style-train`, `python -m dynamic_style.training`, and what torchrun -m starts."""

from __future__ import annotations

import sys

from dynamic_style.backend.cli.streams import with_standard_streams
from dynamic_style.backend.compute.openmp import wait_asleep


def main() -> int:
    """Run the command line; what has to be set before torch is imported is set here."""
    wait_asleep()
    from .cli.main import main as run_command_line

    return with_standard_streams("dynamic-style-train", run_command_line)


if __name__ == "__main__":
    sys.exit(main())
