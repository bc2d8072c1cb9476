"""`dynamic-style-train`, `python -m dynamic_style.training`, and what torchrun -m starts."""

from __future__ import annotations

import sys
from pathlib import Path

from dynamic_style.backend.cli.streams import tell, with_standard_streams
from dynamic_style.backend.compute.choose_engine import has_torch
from dynamic_style.backend.compute.openmp import wait_asleep
from dynamic_style.backend.protocol.errors import DeviceError
from dynamic_style.backend.protocol.process.missing_packages import TRAINING, remedy

PROGRAM = "dynamic-style-train"


def main() -> int:
    """Run the command line; what has to be set before torch is imported is set here."""
    wait_asleep()
    return with_standard_streams(PROGRAM, _run)


def _run() -> int:
    if not has_torch():
        tell(
            f"{PROGRAM}: error: PyTorch, which trainings run on, is not installed beside this "
            f"program. To add it, give the command: {remedy(TRAINING, Path(sys.executable))}"
        )
        return DeviceError.exit_code
    from .cli.main import main as run_command_line

    return run_command_line()


if __name__ == "__main__":
    sys.exit(main())
