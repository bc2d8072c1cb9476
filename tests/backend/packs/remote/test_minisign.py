"""Signatures that the tool minisign makes and reads: by its own files, and by it where it is."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from dynamic_style.backend.packs.remote.minisign import (
    PublicKey,
    new_key,
    read_public_key,
    read_secret_key,
    sign,
    verify,
)
from dynamic_style.backend.protocol.errors import CatalogSignatureError, UsageError

# Made by minisign 0.11: minisign -GW; printf 'a catalog\n' > c; minisign -Sm c -t 'of a test'
TOOLS_KEY = "RWTvoqQoTSUe6EaDnvoJ9U8bM07WVxewPz6MKMsStJop5S+a6mh22Vpp"
TOOLS_SIGNATURE = """\
untrusted comment: signature from minisign secret key
RUTvoqQoTSUe6D7upsDsOt85sIosJ+zsJDF4OAbJT3HLbOT6K4XmnMKDjKYLmd0OwAPtBgU0OVRWFuM526sC0pE8LKhB192u5A4=
trusted comment: of a test
107pw/XHPjl9IMsmH3Nfw1c39Z9GqTXPY0f6u02zqZbxxMVKt3pHViHNHq2uzjhdDKR9U/vx0ErXrUEnvOHyDg==
"""
SIGNED = b"a catalog\n"


def checked(data: bytes, signature: str, *keys: PublicKey) -> PublicKey:
    return verify(data, signature.encode(), keys=keys, what="it")


def test_a_signature_of_the_tool_is_verified() -> None:
    key = read_public_key(f"untrusted comment: by minisign\n{TOOLS_KEY}\n")
    assert checked(SIGNED, TOOLS_SIGNATURE, new_key().public, key) == key
    with pytest.raises(CatalogSignatureError, match="is not what the key"):
        checked(SIGNED + b"\n", TOOLS_SIGNATURE, key)


def test_what_is_signed_here_is_verified_with_its_key_alone() -> None:
    key = new_key()
    signature = sign(SIGNED, key, comment="of a test")
    assert checked(SIGNED, signature, key.public) == key.public
    with pytest.raises(CatalogSignatureError, match="which you do not trust"):
        checked(SIGNED, signature, new_key().public)
    with pytest.raises(CatalogSignatureError, match="which you do not trust"):
        checked(SIGNED, signature)
    same_id = PublicKey(key.id, new_key().public.key)
    with pytest.raises(CatalogSignatureError, match="is not what the key"):
        checked(SIGNED, signature, same_id)


def test_every_part_of_a_signature_counts() -> None:
    key = new_key()
    signature = sign(SIGNED, key, comment="of a test")
    comment, head, trusted, whole = signature.splitlines()
    other = sign(b"another", key, comment="of a test").splitlines()
    for lines in (
        [comment, other[1], trusted, whole],
        [comment, head, trusted, other[3]],
        [comment, head, trusted + "!", whole],
        [comment, head, trusted],
        [comment, head[:-4], trusted, whole],
        [comment, "!" + head[1:], trusted, whole],
        ["", "", "", ""],
        [comment, head, whole, trusted],
    ):
        with pytest.raises(CatalogSignatureError):
            checked(SIGNED, "\n".join(lines), key.public)
    with pytest.raises(CatalogSignatureError):
        verify(SIGNED, b"\xff\0\n" * 4, keys=[key.public], what="it")
    assert checked(SIGNED, signature.replace(comment, "untrusted comment: any"), key.public)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\f", "\v", "\x1c"], ids=ascii)
def test_only_a_line_feed_ends_a_line(odd: str, end: str) -> None:
    key = new_key()
    signature = sign(SIGNED, key, comment=f"of{odd}a test")
    signature = signature.replace("signature from", f"signed{odd}by").replace("\n", end)
    assert checked(SIGNED, signature, key.public) == key.public
    public = key.public.file_text.replace("public", f"public{odd}").replace("\n", end)
    assert read_public_key(public) == key.public
    secret = key.file_text.replace("secret", f"secret{odd}").replace("\n", end)
    assert read_secret_key(secret, where="it") == key


def test_a_comment_that_is_no_utf8_is_signed_as_it_is() -> None:
    key = new_key()
    untrusted, head, *_ = sign(SIGNED, key, comment="").encode().split(b"\n")
    comment = b"of D\xfcrer"  # in Latin-1, as the tool signs whatever a terminal gives it
    whole = SigningKey(key.seed).sign(base64.b64decode(head)[10:] + comment).signature
    lines = (untrusted, head, b"trusted comment: " + comment, base64.b64encode(whole))
    assert verify(SIGNED, b"\n".join(lines), keys=[key.public], what="it") == key.public


def test_keys_are_read_as_they_are_written() -> None:
    key = new_key()
    assert read_secret_key(key.file_text, where="it") == key
    assert read_public_key(key.public.file_text) == read_public_key(key.public.text) == key.public


@pytest.mark.parametrize("text", ["", "RW", "key", f"RW{'!' * 54}", f"a\nb\n{TOOLS_KEY}"])
def test_what_is_no_public_key_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no public key"):
        read_public_key(text)


def test_a_damaged_secret_key_is_told() -> None:
    lines = new_key().file_text.splitlines()
    damaged = lines[1][:100] + ("A" if lines[1][100] != "A" else "B") + lines[1][101:]
    with pytest.raises(UsageError, match="is damaged"):
        read_secret_key(f"{lines[0]}\n{damaged}\n", where="it")
    with pytest.raises(UsageError, match="is no secret key"):
        read_secret_key("", where="it")


@pytest.mark.skipif(shutil.which("minisign") is None, reason="needs the tool minisign")
def test_the_tool_signs_with_our_keys_and_verifies_what_they_sign(tmp_path: Path) -> None:
    key = new_key()
    (tmp_path / "our.key").write_text(key.file_text)
    (tmp_path / "file").write_bytes(SIGNED)
    (tmp_path / "file.minisig").write_text(sign(SIGNED, key, comment="of a test"))
    minisign("-Vm", tmp_path / "file", "-P", key.public.text)
    minisign("-Sm", tmp_path / "file", "-s", tmp_path / "our.key")
    assert checked(SIGNED, (tmp_path / "file.minisig").read_text(), key.public) == key.public


def minisign(*arguments: object) -> None:
    subprocess.run(["minisign", *map(str, arguments)], check=True, timeout=30, capture_output=True)
