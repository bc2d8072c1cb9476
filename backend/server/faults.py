"""Whatever goes wrong while a request is answered, as the Failure that ends it.

What is here runs when something has gone wrong already, often for lack of memory: nothing in it may
fail in its turn.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ..compute.out_of_memory import is_out_of_memory
from ..protocol.errors import BackendError, DeviceError, DynamicStyleError
from ..protocol.messages import Failure
from ..protocol.replies import failure_of

MOST_TEXT = 200  # characters of a stranger's message
PAUSE_S = 0.1  # for other threads to give memory back

_P = ParamSpec("_P")
_T = TypeVar("_T")

log = logging.getLogger(__name__)


def failure_for(error: BaseException, *, doing: str, job: str | None = None) -> Failure:
    """The answer for any exception. doing: for the log, which gets what no user has caused. Raises
    nothing but MemoryError, so call it through patiently().
    """
    return failure_of(name_error(error, doing=doing), job=job)


def name_error(error: BaseException, *, doing: str) -> DynamicStyleError:
    """The exception as one of our own tree; see failure_for()."""
    if isinstance(error, DynamicStyleError):
        return error
    if is_shortage(error):
        return DeviceError(
            "memory ran out; close programs, or send a smaller picture, and try again"
        )
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return BackendError(
            "too many files and connections are open for the backend to go on; close programs that "
            "use it, and try again"
        )
    with contextlib.suppress(Exception):
        log.error("%s", doing, exc_info=error)
    return BackendError(
        f"something unexpected went wrong ({type(error).__name__}{_text_of(error)}); this is a "
        "fault of the backend, whose log says more"
    )


def is_shortage(error: BaseException) -> bool:
    """Whether memory ran out, however that was told."""
    if isinstance(error, DeviceError):
        return True
    try:
        return is_out_of_memory(error)
    except Exception:  # an error whose text cannot be made
        return False


def patiently(step: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Do what every request has a right to, its answer: once more, and again, while there is no
    memory even for that.
    """
    while True:
        with contextlib.suppress(MemoryError):
            return step(*args, **kwargs)
        time.sleep(PAUSE_S)


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # __str__ is a stranger's code, too
        return ""
    return f": {text[:MOST_TEXT]}" if text else ""
