"""What dynamic-style-train says: results on stdout, everything for the person on stderr."""

from __future__ import annotations

import os
import sys

from tqdm import tqdm

from dynamic_style.backend.cli.streams import tell, telling_lost_output
from dynamic_style.backend.protocol.texts.printable import printable

PROGRAM = "dynamic-style-train"


def print_result(text: str) -> None:
    """Print lines on stdout. Raises OutputError."""
    with telling_lost_output():
        print("\n".join(printable(line) for line in text.split("\n")), flush=True)


def print_note(text: str) -> None:
    if is_first_process():
        with tqdm.external_write_mode(file=sys.stderr):  # else it ends up within a bar
            tell(f"note: {text}")


def print_error(text: str) -> None:
    tell(f"{PROGRAM}: error: {text}")


def is_first_process() -> bool:
    """Whether this process measures, writes and makes notes: under torchrun only one does."""
    return os.environ.get("RANK", "0") == "0"


def is_one_of_several() -> bool:
    """Whether torchrun has started this process beside others."""
    return os.environ.get("WORLD_SIZE", "1") != "1"
