"""Who may speak: every message is signed with the connection file's key, and taken only once.

The signature is HMAC-SHA256 (RFC 2104) of a header; the header holds the SHA-256 of every buffer,
so it covers all that is sent. The direction is part of what is signed: a request that comes back is
no reply.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from .errors import ReplayError, SessionError, SignatureError
from .pixels import Buffer

Direction = Literal["request", "reply"]

KEY_BYTES = 32
ID_BYTES = 16
SIGNATURE_BYTES = 32


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def new_id() -> bytes:
    """A client's or a session's name, never used before."""
    return secrets.token_bytes(ID_BYTES)


def sign(key: bytes, header: Buffer, *, direction: Direction) -> bytes:
    """The signature frame, 32 bytes. Raises SignatureError for a key of another length."""
    if len(key) != KEY_BYTES:  # an empty key would sign, and mean nothing
        raise SignatureError(f"the key has {len(key)} bytes; it must have {KEY_BYTES}")
    code = hmac.new(key, f"dynamic-style {direction}\n".encode(), hashlib.sha256)
    code.update(header)
    return code.digest()


def check_signature(key: bytes, header: Buffer, signature: Buffer, *, direction: Direction) -> None:
    """Raise SignatureError unless the signature is this header's."""
    if not hmac.compare_digest(sign(key, header, direction=direction), bytes(signature)):
        raise SignatureError(
            "the signature does not match; read the connection file again, the backend may have "
            "been restarted"
        )


@dataclass
class _Session:
    id: bytes
    last_number: int


class ReplayGuard:
    """The backend's sessions: which clients said hello, and the last request number of each.

    Only for requests whose signature has been checked. It remembers at most `capacity` clients;
    who is forgotten gets a SessionError and says hello again, so forgetting never lets an old
    request in.
    """

    def __init__(self, *, capacity: int = 1024) -> None:
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()
        self._capacity = capacity

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, client: bytes, number: int) -> bytes:
        """Take a hello and return the new session's id. Raises ReplayError."""
        known = self._sessions.get(client)
        if known is not None:
            _check_rising(known, number)
        session = _Session(new_id(), number)
        self._sessions[client] = session
        self._sessions.move_to_end(client)
        while len(self._sessions) > self._capacity:
            self._sessions.popitem(last=False)
        return session.id

    def take(self, client: bytes, session: bytes, number: int) -> None:
        """Take any other request. Raises SessionError or ReplayError."""
        known = self._sessions.get(client)
        if known is None or not hmac.compare_digest(known.id, session):
            raise SessionError("this session is not known here (any more); say hello again")
        _check_rising(known, number)
        known.last_number = number
        self._sessions.move_to_end(client)


def _check_rising(session: _Session, number: int) -> None:
    if number <= session.last_number:
        raise ReplayError(
            f"request {number} after {session.last_number}: numbers must rise; it was sent before, "
            "or out of order"
        )
