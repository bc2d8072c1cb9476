"""The one error tree. Every message says what, which, why, and what to do next.

DynamicStyleError
├── UsageError               an argument is missing, unknown or out of range
│   └── AlphaError           a dial that the pack does not have, or an alpha that is no number
├── PackError                a style pack cannot be used
│   ├── PackNotFoundError    no pack of that id or at that path
│   ├── PackFormatError      not a well-formed pack: manifest, files, tensors
│   ├── PackVersionError     a newer format than this program reads
│   ├── PackArchiveError     a .dynpack file that could harm or mislead its reader
│   ├── PackIntegrityError   a hash, a size or the golden check does not match
│   ├── PackBaseError        an add-on whose main net is not installed
│   ├── PackInstallError     cannot be installed, replaced or removed
│   └── CatalogError         a catalog of packs that cannot be had, read or made use of
│       └── CatalogSignatureError  not signed, altered, or signed with a key that is not trusted
├── ImageError               a picture cannot be read, written or processed
│   ├── ImageReadError
│   ├── ImageWriteError
│   ├── ImageSizeError       too large for the memory at hand, or too small
│   └── MaskError            a mask that is empty, covers all or has another size than its picture
├── OutputError              standard output takes no more
├── DeviceError              the computing device is missing or out of memory
├── ProtocolError            a host and the backend cannot talk, or a job ended without a result
│   ├── ProtocolVersionError one side speaks an older protocol; says which to update
│   ├── MalformedError       bytes or values that PROTOCOL.md does not allow
│   ├── OversizeError        more bytes, frames or pixels than the limits allow
│   ├── SignatureError       not signed with the connection file's key, or altered on the way
│   ├── ReplayError          a request that was already taken
│   ├── SessionError         a request without a valid session: say hello first
│   ├── UnsupportedError     a request that this backend does not answer
│   ├── ConnectionFileError  the connection file cannot be read, trusted or written
│   ├── ConnectionLostError  nothing listens, the connection broke, or no ZeroMQ at the other end
│   ├── ProtocolTimeoutError no answer, or not all of one, within the deadline
│   ├── BackendError         a fault in the backend that has no better name
│   │   └── SandboxError     a host that may not start it; says what to type
│   ├── BusyError            the queue or the client's share of memory is full
│   ├── JobCancelledError    the client took the job back
│   └── JobSupersededError   a newer preview of the same stream took its place
└── TrainingError            training cannot start or go on; its branches: training/errors.py
"""

from __future__ import annotations

from typing import ClassVar


class DynamicStyleError(Exception):
    """Base of all. `code` names the class on the wire; `exit_code` is the command line's."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1


class UsageError(DynamicStyleError):
    code = "usage"
    exit_code = 2


class AlphaError(UsageError):
    code = "usage.alpha"


class PackError(DynamicStyleError):
    code = "pack"
    exit_code = 3


class PackNotFoundError(PackError):
    code = "pack.not_found"


class PackFormatError(PackError):
    code = "pack.format"


class PackVersionError(PackError):
    code = "pack.version"


class PackArchiveError(PackError):
    code = "pack.archive"


class PackIntegrityError(PackError):
    code = "pack.integrity"


class PackBaseError(PackError):
    code = "pack.base"


class PackInstallError(PackError):
    code = "pack.install"


class CatalogError(PackError):
    code = "pack.catalog"


class CatalogSignatureError(CatalogError):
    code = "pack.catalog.signature"


class ImageError(DynamicStyleError):
    code = "image"
    exit_code = 4


class ImageReadError(ImageError):
    code = "image.read"


class ImageWriteError(ImageError):
    code = "image.write"


class ImageSizeError(ImageError):
    code = "image.size"


class MaskError(ImageError):
    code = "image.mask"


class OutputError(DynamicStyleError):
    code = "output"


class DeviceError(DynamicStyleError):
    code = "device"
    exit_code = 5


class ProtocolError(DynamicStyleError):
    code = "protocol"
    exit_code = 7


class ProtocolVersionError(ProtocolError):
    code = "protocol.version"


class MalformedError(ProtocolError):
    code = "protocol.malformed"


class OversizeError(ProtocolError):
    code = "protocol.oversize"


class SignatureError(ProtocolError):
    code = "protocol.signature"


class ReplayError(ProtocolError):
    code = "protocol.replay"


class SessionError(ProtocolError):
    code = "protocol.session"


class UnsupportedError(ProtocolError):
    code = "protocol.unsupported"


class ConnectionFileError(ProtocolError):
    code = "protocol.connection_file"


class ConnectionLostError(ProtocolError):
    code = "protocol.connection_lost"


class ProtocolTimeoutError(ProtocolError):
    code = "protocol.timeout"


class BackendError(ProtocolError):
    code = "protocol.backend"


class SandboxError(BackendError):
    code = "protocol.backend.sandbox"


class BusyError(ProtocolError):
    code = "protocol.busy"


class JobCancelledError(ProtocolError):
    code = "protocol.cancelled"


class JobSupersededError(ProtocolError):
    code = "protocol.superseded"


def error_class(code: str) -> type[DynamicStyleError]:
    """The class of a wire code. A code from a newer version gives its nearest known parent:
    "pack.licence" is a PackError, and what is wholly unknown a DynamicStyleError.
    """
    known = _classes_by_code()
    while code:
        if code in known:
            return known[code]
        code = code.rpartition(".")[0]
    return DynamicStyleError


def _classes_by_code() -> dict[str, type[DynamicStyleError]]:
    classes: dict[str, type[DynamicStyleError]] = {}
    unseen: list[type[DynamicStyleError]] = [DynamicStyleError]
    while unseen:
        cls = unseen.pop()
        classes.setdefault(cls.code, cls)
        unseen.extend(cls.__subclasses__())
    return classes
