"""Files that appear under their name only when complete, and the words for what goes wrong.

A reader never sees half a picture, and a failed run leaves what was there before.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .errors import ImageWriteError


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A new file to write and seek in. It takes path's place when the block ends, and is removed
    when the block raises. A symbolic link is followed. Raises ImageWriteError.
    """
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".dynamic-style-{secrets.token_hex(6)}.part")
    try:
        with unfinished.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise ImageWriteError(write_failure(str(path), error)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_failure(name: str, error: OSError) -> str:
    """What went wrong and what to do, for an OSError while writing."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{name}: the disk is full; free some space or write to another folder"
    if error.errno == errno.EFBIG:
        return f"{name}: the file is larger than the system allows; write to another folder"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{name}: writing there is not allowed; choose another folder"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{name}: its folder does not exist; make it, or check the path"
    return f"{name}: cannot be written ({error.strerror or error}); choose another place"
