"""One run at a time in the folder where frames are written, or one for each share of a clip.

A run holds a lock, which the system takes back when it ends, however it ends. A run that does all
holds the folder's; one that does a share holds its share's, and the folder's only for the moment in
which it looks whether the others are shares of the same kind.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ..protocol.atomic_file import write_failure
from ..protocol.deadline import Deadline
from ..protocol.errors import ImageWriteError
from ..protocol.process.file_lock import try_lock
from ..protocol.process.plain_files import open_unlinked

STEM, SUFFIX = ".dynamic-style-frames", ".lock"
PATIENCE_S = 3.0  # while another share looks round
PAUSE_S = 0.02
MOST_BYTES = 1000  # of what a lock says


@contextmanager
def only_run(folder: Path, share: tuple[int, int] | None) -> Iterator[None]:
    """Hold the lock while the block runs. share: (number from 1, of how many), None for a run that
    does all. Raises ImageWriteError that names the run that is in the way.
    """
    with ExitStack() as held:
        with ExitStack() as moment:
            (moment if share else held).enter_context(_lock(folder, STEM, PATIENCE_S))
            for other in sorted(folder.glob(f"{STEM}.*{SUFFIX}")):
                if share is None or _count_of(other) != share[1]:
                    with _lock(folder, other.name.removesuffix(SUFFIX), 0):
                        pass
            if share is not None:
                held.enter_context(_lock(folder, f"{STEM}.{share[0]}-of-{share[1]}", 0))
        yield


@contextmanager
def _lock(folder: Path, stem: str, patience_s: float) -> Iterator[None]:
    path = folder / f"{stem}{SUFFIX}"
    descriptor = _acquired(folder, path, Deadline(patience_s))
    try:
        yield
    finally:
        if os.name != "nt":  # there an open file stays
            path.unlink(missing_ok=True)
        os.close(descriptor)
        if os.name == "nt":
            with suppress(OSError):  # another run has it already
                path.unlink(missing_ok=True)


def _acquired(folder: Path, path: Path, deadline: Deadline) -> int:
    settling = Deadline(PATIENCE_S)  # while others take their locks away
    while True:
        try:
            descriptor = open_unlinked(path, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError as error:
            raise ImageWriteError(
                f"{folder}: another run has just ended there and taken the folder away; look at "
                "what it made, and run this again if you need another"
            ) from error
        except OSError as error:
            raise ImageWriteError(write_failure(str(folder), error)) from error
        is_held = not _is_locked(descriptor)
        if not is_held and _is_at(path, descriptor):
            with suppress(OSError):  # a full disk: then nobody is told who has it
                os.ftruncate(descriptor, 0)
                os.write(descriptor, json.dumps(_this_run()).encode())
            return descriptor
        os.close(descriptor)
        if (deadline if is_held else settling).is_over:
            raise ImageWriteError(
                f"{folder}: {_holder(path)} writes frames there; wait until it has ended, or "
                "choose another OUT"
            )
        time.sleep(PAUSE_S)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether it is still the file there: whoever had it may have taken it away."""
    with suppress(OSError):
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    return False


def _is_locked(descriptor: int) -> bool:
    try:
        return try_lock(descriptor)
    except OSError:  # a file system without locks: there nobody can be asked to wait
        return True


def _this_run() -> dict[str, object]:
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%H:%M")}


def _holder(path: Path) -> str:
    share = re.search(r"\.(\d+)-of-(\d+)\.", path.name)
    named = f"another run (share {share[1]}/{share[2]})" if share else "another run"
    try:
        with os.fdopen(open_unlinked(path, os.O_RDONLY), "rb") as file:
            run = json.loads(file.read(MOST_BYTES))
        return f"{named}, process {run['pid']} on {run['host']} since {run['since']},"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return named


def _count_of(path: Path) -> int:
    share = re.fullmatch(rf"{re.escape(STEM)}\.\d+-of-(\d+){re.escape(SUFFIX)}", path.name)
    return int(share[1]) if share else 0
