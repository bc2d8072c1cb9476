"""The compiled and the pure-Python msgpack write the same bytes and refuse the same ones."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from msgpack import fallback

from dynamic_style.backend.protocol import codec, packing
from dynamic_style.backend.protocol.errors import MalformedError, OversizeError, ProtocolError
from dynamic_style.backend.protocol.limits import DEFAULT_LIMITS, Limits

from .forging import signed
from .samples import ALL_REQUESTS, KEY

PLAIN = [
    None,
    True,
    0,
    2**63 - 1,
    -1.5,
    "ä" * 300,
    b"\0" * 300,
    [1] * 17,
    {f"k{i}": [{}] for i in range(17)},
]

HOSTILE = [
    b"\x91" * 5000,
    b"\x81\xa1a" * 5000,
    b"\xc1",
    b"\xd4\x05x",
    b"\xd6\xff\x00\x00\x00\x00",
    b"\xdd\xff\xff\xff\xff",
    b"\x82\xa1a\x01\xa1a\x02",
    b"\x81\x01\x02",
    b"\x81\x90\x02",
    b"\xa2\xc3\x28",
    b"\x80\x00",
]


class PurePython:
    """msgpack as a plugin has it, where the compiled module cannot be loaded."""

    UnpackException = msgpack.UnpackException

    @staticmethod
    def packb(plain: Any, **options: Any) -> bytes:
        packed = fallback.Packer(**options).pack(plain)
        assert isinstance(packed, bytes)
        return packed

    unpackb = staticmethod(fallback.unpackb)


@pytest.fixture(params=["compiled", "pure Python"])
def msgpack_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python":
        monkeypatch.setattr(packing, "msgpack", PurePython)
    else:
        assert msgpack.Packer is not fallback.Packer


@pytest.mark.usefixtures("msgpack_kind")
@pytest.mark.parametrize("plain", PLAIN, ids=repr)
def test_plain_values_come_back(plain: Any) -> None:
    packed = packing.pack(plain, DEFAULT_LIMITS)
    assert packed == msgpack.packb(plain)
    assert packing.unpack(memoryview(packed), DEFAULT_LIMITS) == plain


@pytest.mark.usefixtures("msgpack_kind")
@pytest.mark.parametrize("header", HOSTILE, ids=lambda header: repr(header[:8]))
def test_hostile_bytes_are_refused(header: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^header: "):
        packing.unpack(header, DEFAULT_LIMITS)
    with pytest.raises(ProtocolError):
        codec.open_request(signed(header), key=KEY)


@pytest.mark.usefixtures("msgpack_kind")
def test_every_request_survives() -> None:
    address = codec.Address(bytes(16), bytes(16), 1)
    for request in ALL_REQUESTS:
        frames = codec.encode_request(request, address, key=KEY)
        assert codec.read_request(codec.open_request(frames, key=KEY)) == request


@pytest.mark.parametrize("levels", [8, 9])
def test_depth_is_counted_in_maps_and_arrays(levels: int) -> None:
    plain: Any = {}
    for _ in range(levels - 1):
        plain = [plain]
    packed = msgpack.packb(plain)
    if levels == 8:
        assert packing.unpack(packed, DEFAULT_LIMITS) == plain
    else:
        with pytest.raises(MalformedError, match="deeper than 8"):
            packing.unpack(packed, DEFAULT_LIMITS)


def test_a_header_is_not_written_longer_than_it_may_be_read() -> None:
    with pytest.raises(OversizeError, match="header: 13 bytes; at most 12"):
        packing.pack("twelve bytes", Limits(header_bytes=12))
