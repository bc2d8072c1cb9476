"""Signatures beside a file, as the tool minisign makes and checks them: Ed25519 by libsodium.

A publisher may use minisign itself, whose secret keys can have a password, or the keys made here,
which minisign reads. Format: https://jedisct1.github.io/minisign/, prehashed signatures alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from ...protocol.errors import CatalogSignatureError, UsageError
from ...protocol.texts.printable import printable

SUFFIX = ".minisig"
MAX_SIGNATURE_BYTES = 4096
_KEY, _PREHASHED = b"Ed", b"ED"
_NO_PASSWORD, _BLAKE2B = b"\0\0", b"B2"
_ID_BYTES, _KEY_BYTES, _SIGNATURE_BYTES = 8, 32, 64
_COMMENT = "untrusted comment: "
_TRUSTED = "trusted comment: "
_KEY_TEXT = re.compile(r"RW[A-Za-z0-9+/]{54}")  # base64 of 42 bytes that begin with "Ed"


@dataclass(frozen=True)
class PublicKey:
    id: bytes
    key: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The id as minisign prints it."""
        return self.id[::-1].hex().upper()

    @property
    def text(self) -> str:
        """One line of 56 characters, which begins with RW."""
        return base64.b64encode(_KEY + self.id + self.key).decode()

    @property
    def file_text(self) -> str:
        return f"{_COMMENT}minisign public key {self.name}\n{self.text}\n"


@dataclass(frozen=True)
class SecretKey:
    id: bytes
    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.id, bytes(SigningKey(self.seed).verify_key))

    @property
    def file_text(self) -> str:
        """Without a password: whoever can read the file can sign."""
        pair = self.seed + self.public.key
        body = _KEY + _NO_PASSWORD + _BLAKE2B + bytes(32 + 8 + 8)
        body += self.id + pair + _checksum(self.id, pair)
        return f"{_COMMENT}minisign secret key\n{base64.b64encode(body).decode()}\n"


def new_key() -> SecretKey:
    return SecretKey(secrets.token_bytes(_ID_BYTES), secrets.token_bytes(_KEY_BYTES))


def read_public_key(text: str) -> PublicKey:
    """From a key's line, or the text of a .pub file. Raises UsageError."""
    lines = [line.strip() for line in text.strip().split("\n")]
    line = lines[-1] if len(lines) <= 2 else ""
    if not _KEY_TEXT.fullmatch(line):
        raise UsageError(
            f"{printable(text.strip())[:80]!r} is no public key; give the 56 characters that begin "
            "with RW, or the .pub file that holds them, as the catalog's publisher names them"
        )
    body = base64.b64decode(line)
    return PublicKey(body[2:10], body[10:])


def read_secret_key(text: str, *, where: str) -> SecretKey:
    """From a file's text. where: the file, for messages. Raises UsageError."""
    body = _decoded(text.strip().rpartition("\n")[2].encode())
    if len(body) != 158 or body[:2] != _KEY or body[4:6] != _BLAKE2B:
        raise UsageError(
            f"{where} is no secret key; 'dynamic-style packs make-key' makes one, and so does "
            "'minisign -GW'"
        )
    if body[2:4] != _NO_PASSWORD:
        raise UsageError(
            f"{where} has a password, which minisign alone asks for; leave out --key, and sign "
            "with 'minisign -Sm catalog.json'"
        )
    key_id, pair = body[54:62], body[62:126]
    secret = SecretKey(key_id, pair[:_KEY_BYTES])
    is_whole = body[126:] == _checksum(key_id, pair) and pair[_KEY_BYTES:] == secret.public.key
    if not is_whole:
        raise UsageError(f"{where} is damaged: it does not fit its own checksum; use a copy of it")
    return secret


def sign(data: bytes, key: SecretKey, *, comment: str) -> str:
    """The text of the file beside what is signed. comment: one line, signed as well."""
    signing = SigningKey(key.seed)
    signature = signing.sign(_digest(data)).signature
    whole = signing.sign(signature + comment.encode()).signature
    head = base64.b64encode(_PREHASHED + key.id + signature).decode()
    return (
        f"{_COMMENT}signature from {key.public.name}\n{head}\n"
        f"{_TRUSTED}{comment}\n{base64.b64encode(whole).decode()}\n"
    )


def verify(data: bytes, signature: bytes, *, keys: Sequence[PublicKey], what: str) -> PublicKey:
    """The trusted key that has signed the data. what: the data's name, for messages. Raises
    CatalogSignatureError.
    """
    key_id, signed, comment, whole = _parts(signature, what)
    name = PublicKey(key_id, b"").name
    known = [key for key in keys if key.id == key_id]
    if not known:
        raise CatalogSignatureError(
            f"{what} is signed with the key {name}, which you do not trust; ask its publisher for "
            "the key, in another way than by the catalog's server; "
            "'dynamic-style packs trust KEY' takes it"
        )
    for key in known:
        try:
            verifying = VerifyKey(key.key)
            verifying.verify(_digest(data), signed)
            verifying.verify(signed + comment, whole)
        except CryptoError:
            continue
        return key
    raise CatalogSignatureError(
        f"{what} is not what the key {name} has signed: it was changed on its way, or its "
        "publisher has to sign it anew; do not use it"
    )


def _parts(signature: bytes, what: str) -> tuple[bytes, bytes, bytes, bytes]:
    """(key id, signature, comment, signature over both)."""
    # a comment may hold whatever else Python takes for the end of a line, or is no UTF-8
    lines = [line.removesuffix(b"\r") for line in signature.removesuffix(b"\n").split(b"\n")]
    comment_mark, trusted_mark = _COMMENT.encode(), _TRUSTED.encode()
    if len(lines) == 4 and lines[0].startswith(comment_mark) and lines[2].startswith(trusted_mark):
        head, whole = _decoded(lines[1]), _decoded(lines[3])
        is_sound = len(head) == 2 + _ID_BYTES + _SIGNATURE_BYTES and head[:2] == _PREHASHED
        if is_sound and len(whole) == _SIGNATURE_BYTES:
            comment = lines[2].removeprefix(trusted_mark)
            return head[2:10], head[10:], comment, whole
    raise CatalogSignatureError(
        f"the signature of {what} is none that minisign makes since its version 0.10; its "
        "publisher has to sign it anew"
    )


def _decoded(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data).digest()  # 64 bytes


def _checksum(key_id: bytes, pair: bytes) -> bytes:
    return hashlib.blake2b(_KEY + key_id + pair, digest_size=32).digest()
