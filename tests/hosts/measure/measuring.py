"""What the scripts that measure share: a home with everything installed, and the machine's load.

with measured_desk("trixie") as desk:              # a desk in that root, thrown away afterwards
    ...
    report(f"{suite}: {seconds:.2f} s, {machine()}")
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from ..conftest import HERE
from ..debian.inside import Session
from ..debian.roots import USER_ID, Root, ensure_root
from ..desk import Desk, desks_folder, open_desk
from ..homes import copy_home, warm_home
from ..installed import install


@contextlib.contextmanager
def installed_root(suite: str) -> Iterator[tuple[Root, Path]]:
    """A root, built if need be, and a home folder into which the installer has put everything."""
    root = ensure_root(suite, report=report)
    with tempfile.TemporaryDirectory(prefix="measure-", dir=desks_folder()) as scratch:
        home = copy_home(warm_home(root, report=report), Path(scratch) / "home")
        with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
            install(session)
        yield root, home


@contextlib.contextmanager
def measured_desk(suite: str) -> Iterator[Desk]:
    """A desk with everything installed. Screenshots go to the output folder's `measure`."""
    output = HERE / "output" / suite / "measure"
    with installed_root(suite) as (root, home), open_desk(root, home=home, output=output) as desk:
        yield desk


def add_photo(desk: Desk, photo: Path, *, size: tuple[int, int]) -> None:
    """The photo as photo.png in the exchange folder, in this size (width, height)."""
    with Image.open(photo) as picture:
        picture.resize(size).save(desk.exchange / "photo.png")
    shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)


def spread(times_ms: Sequence[float]) -> str:
    """Median and 95th percentile, in words."""
    twentieths = statistics.quantiles(times_ms, n=20)
    return (
        f"{len(times_ms)} moves, median {statistics.median(times_ms):.0f} ms, "
        f"95th percentile {twentieths[-1]:.0f} ms"
    )


def machine() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
