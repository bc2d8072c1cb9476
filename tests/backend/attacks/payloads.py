"""Weights and pictures whose hashes are right and whose contents are not."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from PIL import Image

from dynamic_style.backend.protocol.errors import (
    PackBaseError,
    PackError,
    PackFormatError,
    PackIntegrityError,
)

from .attack import Attack, Make, copy_pack, edit_manifest, put

Tensors = dict[str, torch.Tensor]
MAIN = "main.safetensors"
WEIGHT = "res1.conv1.conv.weight"


class Saboteur:
    """Unpickled, it would leave a file where the program runs."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (Path("executed"),)


def forge_safetensors(header: bytes, data: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def split_safetensors(data: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def _file(name: str, change: Callable[[bytes], bytes]) -> Make:
    """The sound pack with one file changed, and the hash made right again."""

    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        put(folder, name, change((folder / name).read_bytes()))
        return folder

    return make


def _header(change: Callable[[dict[str, Any]], object]) -> Make:
    def edit(data: bytes) -> bytes:
        header, rest = split_safetensors(data)
        change(header)
        return forge_safetensors(json.dumps(header).encode(), rest)

    return _file(MAIN, edit)


def _tensors(change: Callable[[Tensors], object], name: str = MAIN) -> Make:
    def edit(data: bytes) -> bytes:
        tensors: Tensors = safetensors.torch.load(data)
        change(tensors)
        saved: bytes = safetensors.torch.save(tensors)
        return saved

    return _file(name, edit)


def _value(number: float) -> Make:
    return _tensors(lambda tensors: tensors[WEIGHT].view(-1)[3].fill_(number))


def _nudge(tensors: Tensors) -> None:
    """One weight, by a little."""
    tensors[WEIGHT].view(-1)[3].add_(0.05)


def _crowd(header: dict[str, Any]) -> None:
    for i in range(1000):
        header[str(i)] = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def _overlap(header: dict[str, Any]) -> None:
    """Two tensors of one shape share their bytes."""
    header["res1.conv1.conv.weight"]["data_offsets"] = header["res1.conv2.conv.weight"][
        "data_offsets"
    ]


def _twice(data: bytes) -> bytes:
    header, rest = split_safetensors(data)
    entry = json.dumps(header[WEIGHT])
    text = json.dumps(header)[:-1] + f', "{WEIGHT}": {entry}}}'
    return forge_safetensors(text.encode(), rest)


def _other_dial(pack: Path, place: Path) -> Path:
    """A dial's file that holds a tuning block for a tap where the dial has none."""
    blocks: Tensors = safetensors.torch.load((pack / "strength.safetensors").read_bytes())
    name = "higher.res3.conv1.bias"
    change = _tensors(lambda t: t.update({name: blocks[name]}), "towards-waves.safetensors")
    return change(pack, place)


def _torch_word(pack: Path, place: Path) -> Path:
    """A dial named by an attribute of nn.ModuleDict."""
    folder = copy_pack(pack, place)
    data = (folder / "towards-waves.safetensors").read_bytes()
    (folder / "towards-waves.safetensors").unlink()

    def rename(members: dict[str, Any]) -> None:
        members["dials"][1]["id"] = "half"
        del members["files"]["towards-waves.safetensors"]
        for setting in members["golden"]["settings"]:
            setting["half"] = setting.pop("towards-waves")

    edit_manifest(folder, rename)
    put(folder, "half.safetensors", data)
    return folder


def _picture(width: int, height: int, format_: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, format_)
    return buffer.getvalue()


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is this large, in 60 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        )

    size = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _png_preview(data: bytes) -> Make:
    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        (folder / "preview.jpg").unlink()
        edit_manifest(folder, lambda members: members["files"].pop("preview.jpg"))
        put(folder, "preview.png", data)
        return folder

    return make


def _addon(**changes: object) -> Make:
    """The sound pack's dials alone, for another main net."""

    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        (folder / MAIN).unlink()

        def edit(members: dict[str, Any]) -> None:
            del members["files"][MAIN]
            members.update({"id": "addon", "base_main_sha256": "0" * 64, **changes})

        edit_manifest(folder, edit)
        return folder

    return make


def _addon_of_other_width(pack: Path, place: Path) -> Path:
    """The right main net, but the manifest speaks of a wider one."""
    sha256 = json.loads((pack / "pack.json").read_bytes())["files"][MAIN]["sha256"]
    folder = _addon(base_main_sha256=sha256)(pack, place)
    edit_manifest(folder, lambda members: members["architecture"].update(width=4))
    return folder


def _edit_width(pack: Path, place: Path) -> Path:
    folder = copy_pack(pack, place)
    edit_manifest(folder, lambda members: members["architecture"].update(width=4))
    return folder


_REFUSED: list[tuple[str, Make, type[PackError], str]] = [
    ("a pickle", _file(MAIN, lambda _: pickle.dumps(Saboteur())), PackFormatError, "a header of"),
    ("no room for a header", _file(MAIN, lambda _: b"1234"), PackFormatError, "is too short to be"),
    ("cut off in the header", _file(MAIN, lambda d: d[:100]), PackFormatError, "inside its header"),
    ("cut off in the data", _file(MAIN, lambda d: d[:-4]), PackFormatError,
     "bytes of weights where"),
    ("header of no object", _file(MAIN, lambda _: forge_safetensors(b"[]", b"")), PackFormatError,
     "its header is no JSON object"),
    ("one tensor twice", _file(MAIN, _twice), PackFormatError, f"the name '{WEIGHT}' twice"),
    ("a crowd of tensors", _header(_crowd), PackFormatError, "tensors; at most 512"),
    ("tensors that overlap", _header(_overlap), PackFormatError,
     "its tensors overlap or leave gaps"),
    ("metadata of numbers", _header(lambda h: h.update(__metadata__={"a": 1})), PackFormatError,
     "no valid safetensors"),
    ("tensor missing", _tensors(lambda t: t.pop(WEIGHT)), PackFormatError,
     f"lacks the tensor '{WEIGHT}'"),
    ("tensor too many", _tensors(lambda t: t.update(evil=torch.zeros(1))), PackFormatError,
     "has the tensor 'evil'"),
    ("another shape", _tensors(lambda t: t.update({WEIGHT: torch.zeros(9)})), PackFormatError,
     "has the shape '[9]'"),
    ("another type", _tensors(lambda t: t.update({WEIGHT: t[WEIGHT].double()})), PackFormatError,
     "is of type 'F64'"),
    ("weights of a wider net",
     _edit_width, PackFormatError, "the architecture calls for [4, 3, 9, 9]"),
    ("dial of other taps", _other_dial, PackFormatError, "has the tensor 'higher.res3.conv1.bias'"),
    ("dial named by torch", _torch_word, PackFormatError, "a word that PyTorch keeps"),
    ("NaN", _value(float("nan")), PackFormatError, f"'{WEIGHT}' holds NaN"),
    ("absurd weight", _value(3e4), PackFormatError, "holds a value beyond"),
    ("one weight nudged", _tensors(_nudge), PackIntegrityError, "fails at strength=0, towards"),
    ("a block nudged", _tensors(lambda t: t["lower.up1.conv3.weight"].add_(0.5),
     "strength.safetensors"), PackIntegrityError, "fails at strength=-1"),
    ("golden picture NaN", _tensors(lambda t: t["output0"].fill_(float("nan")),
     "golden.safetensors"), PackFormatError, "'output0' holds NaN or infinity"),
    ("picture is text", _file("preview.jpg", lambda _: b"<svg/>"), PackFormatError,
     "preview.jpg is no readable JPEG"),
    ("PNG called JPEG", _file("thumbnail.jpg", lambda _: _picture(256, 256, "PNG")),
     PackFormatError, "thumbnail.jpg is no readable JPEG"),
    ("picture cut off", _png_preview(_picture(900, 900, "PNG")[:-40]), PackFormatError,
     "preview.png is no readable PNG"),
    ("picture bomb", _png_preview(_png_of(9000, 9000)), PackFormatError, "9000 x 9000 pixels"),
    ("greater picture bomb", _png_preview(_png_of(65535, 65535)), PackFormatError,
     "more pixels than Pillow opens"),
    ("thumbnail of another size", _file("thumbnail.jpg", lambda _: _picture(64, 48, "JPEG")),
     PackFormatError, "64 x 48 pixels; make it 256 x 256"),
    ("heavy picture", _file("preview.jpg", lambda d: d + bytes(5 << 20)), PackFormatError,
     "at most 4194304 are allowed"),
    ("add-on without its base", _addon(), PackBaseError, "which is not installed"),
    ("add-on for another main net", _addon(base_id="tiny"), PackBaseError, "has another main net"),
    ("add-on of another width", _addon_of_other_width, PackBaseError, "of another architecture"),
]  # fmt: skip


PAYLOADS = tuple(
    Attack(f"payload: {name}", make, error, says) for name, make, error, says in _REFUSED
)
