"""From an error to the one button that may help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ...protocol.errors import (
    BackendError,
    BusyError,
    ConnectionFileError,
    ConnectionLostError,
    DeviceError,
    DynamicStyleError,
    ImageSizeError,
    JobCancelledError,
    JobSupersededError,
    MalformedError,
    PackBaseError,
    PackIntegrityError,
    PackNotFoundError,
    ProtocolTimeoutError,
    ProtocolVersionError,
    ReplayError,
    SandboxError,
    SignatureError,
    UnsupportedError,
)
from ..translations import tr
from .english_texts import in_users_language
from .host_words import in_host_words, panels_own_words

RemedyKind = Literal[
    "start", "connect", "restart", "set_up", "cancel_set_up", "install_pack", "retry", "none"
]


@dataclass(frozen=True)
class Remedy:
    """text: what the button says; empty for "none"."""

    kind: RemedyKind
    text: str


# The first class that fits decides, so the special ones stand before the general ones.
_KINDS: tuple[tuple[type[DynamicStyleError], RemedyKind], ...] = (
    (JobCancelledError, "none"),
    (JobSupersededError, "none"),
    (ProtocolVersionError, "set_up"),
    (UnsupportedError, "restart"),
    (MalformedError, "restart"),
    (ConnectionLostError, "restart"),
    (ProtocolTimeoutError, "restart"),
    (SignatureError, "restart"),
    (ReplayError, "restart"),
    (ConnectionFileError, "start"),
    (PackNotFoundError, "install_pack"),
    (PackBaseError, "install_pack"),
    (PackIntegrityError, "retry"),
    (ImageSizeError, "retry"),
    (DeviceError, "retry"),
    (BackendError, "retry"),
    (BusyError, "retry"),
)


# What a deadline says of a socket.
_SILENCE = re.compile(r"(?:no .+|.+ did not take the whole message) within .+ s")
# The backend that runs may be older or newer than the one that is installed.
_VERSIONS_DIFFER = (UnsupportedError, MalformedError)


def remedy_for(
    error: BaseException,
    *,
    is_starting: bool = False,
    is_installed: bool = True,
    is_newest: bool = False,
) -> Remedy:
    """is_starting: the error came while the backend was looked for or started. is_installed:
    whether there is one to start; without, it has to be set up.
    is_newest: the backend was started from what is installed, so that another start would bring
    the same.
    """
    if is_newest and isinstance(error, _VERSIONS_DIFFER):
        return _remedy("set_up")
    if isinstance(error, SandboxError):
        return Remedy("connect", tr("Connect"))
    for error_class, kind in _KINDS:
        if isinstance(error, error_class):
            if not is_installed and (is_starting or kind in ("start", "restart")):
                return Remedy("set_up", tr("Set up…"))
            if is_starting and kind in ("restart", "retry"):
                return _remedy("start")
            return _remedy(kind)
    # what is left is about the picture, the pack or the dials: another click does not mend it
    return _remedy("none" if isinstance(error, DynamicStyleError) else "retry")


def beside_the_panel(text: str, remedy: Remedy) -> tuple[str, Remedy]:
    """The same for a dialog that sets nothing up itself: where that is done, in words."""
    if remedy.kind != "set_up":
        return text, remedy
    told = tr("{problem} Open Stylize…, which sets it up.").format(problem=text)
    return told, Remedy("none", "")


def message_for(error: BaseException, *, kept: str = "") -> str:
    """What to tell the user: the error's own words, but for those that name sockets and ports, a
    message's fields, or what to type on a command line where a panel has its own way. kept: what is
    there all the same, in words.
    """
    if isinstance(error, SandboxError):
        return in_users_language(error, str(error))
    if kept:
        return f"{_message(error)} {kept}"
    if isinstance(error, ConnectionLostError):
        return f"{_message(error)} {tr('Nothing was changed.')}"
    return _message(error)


def _message(error: BaseException) -> str:
    if isinstance(error, ConnectionLostError):
        return tr("The connection to the backend was lost; it may have ended.")
    if isinstance(error, _VERSIONS_DIFFER):
        return tr("The backend that runs and this plug-in are of different versions.")
    if isinstance(error, ProtocolTimeoutError) and _SILENCE.fullmatch(str(error)):
        return tr("The backend does not answer.")
    return panels_own_words(error) or in_users_language(error, in_host_words(error))


def _remedy(kind: RemedyKind) -> Remedy:
    texts = {
        "start": tr("Start the backend"),
        "restart": tr("Restart the backend"),
        "set_up": tr("Update…"),
        "cancel_set_up": tr("Cancel"),
        "install_pack": tr("Install a style pack…"),
        "retry": tr("Try again"),
        "none": "",
    }
    return Remedy(kind, texts[kind])
