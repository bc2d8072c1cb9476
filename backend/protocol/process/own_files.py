"""A folder and files that are the user's alone.

Another user may have made the folder, or have put a link in a file's place that leads to something
of the user's. So the folder is looked at before anything in it is opened, a file before anything in
it is changed, and no link is followed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from ..errors import ConnectionFileError
from .plain_files import NO_LINK, SAFELY
from .user_folders import RUNTIME_VARIABLE

_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def check_own_folder(folder: Path) -> None:
    """Raise ConnectionFileError if the folder is there and is not the user's alone, or cannot be
    looked at.
    """
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise cannot("be entered", folder, error) from error
    _check(folder, status, "folder", stat.S_ISDIR(status.st_mode))
    _check_mode(
        folder,
        status,
        "700",
        f"name a folder of your own in {RUNTIME_VARIABLE} or, where this is to be it, ",
    )


def make_own_folder(folder: Path) -> None:
    """Make the folder if need be. Raises ConnectionFileError, also where it is not the user's
    alone.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        pass  # a file or a link: the check says so
    except OSError as error:
        raise cannot("be made", folder, error) from error
    check_own_folder(folder)


def open_own(
    path: Path, flags: int, *, is_secret: bool = False, variable: str = RUNTIME_VARIABLE
) -> int:
    """A descriptor of a plain file of the user's, which O_CREAT makes readable to the user only.
    is_secret: refuse one that others may open. variable: names another folder than this one.
    Raises FileNotFoundError or ConnectionFileError; then nothing was changed, even with O_TRUNC.
    """
    try:
        descriptor = os.open(path, (flags | SAFELY | NO_LINK) & ~os.O_TRUNC, 0o600)
        try:
            status = os.fstat(descriptor)
            _check(path, status, "file", stat.S_ISREG(status.st_mode), variable)
            if is_secret:
                _check_mode(path, status, "600")
            if flags & os.O_TRUNC:
                os.ftruncate(descriptor, 0)
        except BaseException:
            os.close(descriptor)
            raise
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ConnectionFileError(f"{path}: a link, and no plain file; remove it") from error
        raise cannot("be opened", path, error, variable) from error
    return descriptor


def open_secret(name: str, flags: int) -> int:
    """As open_own, of a file that nobody else may open: what open() takes for an opener."""
    return open_own(Path(name), flags, is_secret=True)


def cannot(
    what: str, path: Path, error: OSError, variable: str = RUNTIME_VARIABLE
) -> ConnectionFileError:
    """what: such as "be written"."""
    if error.errno in _NO_ROOM:
        advice = "make room on that disk"
    else:
        advice = f"make it yours and writable, or name another folder in {variable}"
    return ConnectionFileError(f"{path}: cannot {what} ({error.strerror or error}); {advice}")


def _check(
    path: Path,
    status: os.stat_result,
    what: str,
    is_right_kind: bool,
    variable: str = RUNTIME_VARIABLE,
) -> None:
    """Windows has no owners of this kind; there the user's profile folder keeps others out."""
    if not is_right_kind:
        raise ConnectionFileError(
            f"{path}: not a plain {what}, perhaps a link; move it away if nothing needs it, or "
            f"name a folder of your own in {variable}"
        )
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        raise ConnectionFileError(
            f"{path}: belongs to user {status.st_uid}, not to you; name a folder of your own in "
            f"{variable}"
        )


def _check_mode(path: Path, status: os.stat_result, mode: str, otherwise: str = "") -> None:
    """otherwise: what else can be done."""
    if sys.platform != "win32" and status.st_mode & 0o077:
        raise ConnectionFileError(
            f"{path}: other users may open it (mode {stat.S_IMODE(status.st_mode):03o}); "
            f"{otherwise}run 'chmod {mode} {path}' and start the backend again"
        )
