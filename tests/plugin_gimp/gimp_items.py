"""What GIMP's images of the stand-in are made of: buffers, layers, masks and parasites."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .gimp_stand_in import Image

_CHANNELS = {"R'G'B'": 3, "R'G'B'A": 4, "Y'": 1, "Y'A": 2, "Y": 1}
_TYPES = {"u8": np.uint8, "float": np.float32}
_numbers = itertools.count(1)


@dataclass
class Buffer:
    """pixels: (H, W, C) u8. model: such as R'G'B'A."""

    pixels: Any
    model: str

    def get(self, box: Box, scale: float, form: str, abyss: str) -> bytes:
        height, width = self.pixels.shape[:2]
        xs, ys = (
            np.floor((start + np.arange(count) + 0.5) / scale).astype(int)
            for start, count in ((box.x, box.width), (box.y, box.height))
        )
        inside = ((ys >= 0) & (ys < height))[:, None] & ((xs >= 0) & (xs < width))[None]
        part = self.pixels[ys.clip(0, height - 1)][:, xs.clip(0, width - 1)]
        if abyss == "none":
            part = part * inside[:, :, None]
        model, kind = form.rsplit(" ", 1)
        part = _as_model(part, self.model, model)
        if kind == "u8":
            return part.astype(np.uint8).tobytes()
        return (part / np.float32(255)).astype(np.float32).tobytes()

    def set(self, box: Box, form: str, data: bytes) -> None:
        model, kind = form.rsplit(" ", 1)
        part = np.frombuffer(data, _TYPES[kind])
        if part.size != box.width * box.height * _CHANNELS[model]:
            return
        part = part.reshape(box.height, box.width, -1)
        if kind == "float":
            part = np.rint(part * 255).astype(np.uint8)
        rows = slice(box.y, box.y + box.height)
        self.pixels[rows, box.x : box.x + box.width] = _as_model(part, model, self.model)

    def flush(self) -> None:
        pass


def _as_model(part: Any, model: str, wanted: str) -> Any:
    has_alpha = model.endswith("A")
    alpha = part[:, :, -1:] if has_alpha else np.full_like(part[:, :, :1], 255)
    colors = part[:, :, :-1] if has_alpha else part
    if wanted == "A":
        return alpha
    return np.concatenate([colors, alpha], axis=2) if wanted.endswith("A") else colors


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int


@dataclass
class Parasite:
    name: str
    flags: int
    data: bytes

    def get_data(self) -> list[int]:
        return list(self.data)


class Drawable:
    is_gone = False

    def __getattribute__(self, name: str) -> Any:
        asks_gimp = name.startswith(("get_", "is_", "has_", "mask_")) and name != "get_id"
        if asks_gimp and name != "is_gone":
            assert not self.is_gone, f"GIMP is asked for {name} of a layer that was removed"
        return super().__getattribute__(name)

    def __init__(self, image: Image, name: str, buffer: Buffer, *, at: tuple[int, int]) -> None:
        self.id = next(_numbers)
        self.image, self.name, self.buffer, self.at = image, name, buffer, at

    def get_id(self) -> int:
        return self.id

    def get_name(self) -> str:
        return self.name

    def set_name(self, name: str) -> None:
        self.image.change()
        self.name = name

    def get_buffer(self) -> Buffer:
        return self.buffer

    def get_width(self) -> int:
        return int(self.buffer.pixels.shape[1])

    def get_height(self) -> int:
        return int(self.buffer.pixels.shape[0])

    def get_format(self) -> str:
        return f"{self.buffer.model} u8"

    def is_gray(self) -> bool:
        return self.buffer.model.startswith("Y")

    def has_alpha(self) -> bool:
        return self.buffer.model.endswith("A")

    def is_layer(self) -> bool:
        return isinstance(self, Layer)

    def is_layer_mask(self) -> bool:
        return False


class Layer(Drawable):
    def __init__(self, image: Image, name: str, buffer: Buffer, *, at: tuple[int, int]) -> None:
        super().__init__(image, name, buffer, at=at)
        self.tattoo = next(_numbers)
        self.parasites: dict[str, Parasite] = {}
        self.children: list[Layer] | None = None  # of a group
        self.mask: Drawable | None = None
        self.shadow: Buffer | None = None
        self.is_locked = self.is_text = False

    @staticmethod
    def new(image: Image, name: str, width: int, height: int, kind: str, *_: object) -> Layer:
        pixels = np.zeros((height, width, _CHANNELS[kind]), np.uint8)
        return Layer(image, name, Buffer(pixels, kind), at=(0, 0))

    def get_offsets(self) -> tuple[bool, int, int]:
        return (True, *self.at)

    def set_offsets(self, x: int, y: int) -> None:
        self.image.change()
        self.at = (x, y)

    def get_tattoo(self) -> int:
        return self.tattoo

    def get_parent(self) -> None:
        return None

    def is_group(self) -> bool:
        return self.children is not None

    def get_children(self) -> list[Layer]:
        return self.children or []

    def is_text_layer(self) -> bool:
        return self.is_text

    def get_lock_content(self) -> bool:
        return self.is_locked

    def get_lock_position(self) -> bool:
        return False

    def get_parasite(self, name: str) -> Parasite | None:
        return self.parasites.get(name)

    def attach_parasite(self, parasite: Parasite) -> None:
        self.image.change()
        self.parasites[parasite.name] = parasite

    def mask_intersect(self) -> tuple[bool, int, int, int, int]:
        selected = self._selected()
        ys, xs = np.nonzero(selected)
        if not ys.size:
            return False, 0, 0, 0, 0
        x, y = int(xs.min()), int(ys.min())
        return True, x, y, int(xs.max()) - x + 1, int(ys.max()) - y + 1

    def get_shadow_buffer(self) -> Buffer:
        self.shadow = Buffer(np.zeros_like(self.buffer.pixels), self.buffer.model)
        return self.shadow

    def merge_shadow(self, _undo: bool) -> None:
        assert self.shadow is not None
        self.image.change()
        share = self._selected()[:, :, None] / 255
        mixed = self.buffer.pixels * (1 - share) + self.shadow.pixels * share
        self.buffer.pixels[:] = np.rint(mixed)

    def free_shadow(self) -> None:
        self.shadow = None

    def update(self, *_box: int) -> None:
        pass

    def resize(self, width: int, height: int, x: int, y: int) -> bool:
        self.image.change()
        pixels = np.zeros((height, width, self.buffer.pixels.shape[2]), np.uint8)
        self.buffer = Buffer(pixels, self.buffer.model)
        self.at = (self.at[0] - x, self.at[1] - y)
        return True

    def get_mask(self) -> Drawable | None:
        return self.mask

    def create_mask(self, _kind: str) -> Drawable:
        pixels = np.full((*self.buffer.pixels.shape[:2], 1), 255, np.uint8)
        return Drawable(self.image, f"{self.name} mask", Buffer(pixels, "Y"), at=self.at)

    def add_mask(self, mask: Drawable) -> None:
        self.image.change()
        self.mask = mask

    def get_apply_mask(self) -> bool:
        return True

    def set_apply_mask(self, _is_applied: bool) -> None:
        pass

    def set_edit_mask(self, _is_edited: bool) -> None:
        pass

    def delete(self) -> None:
        pass

    def _selected(self) -> Any:
        """(H, W) 0 to 255: the selection over this layer; all where nothing is selected."""
        height, width = self.buffer.pixels.shape[:2]
        values = self.image.selection.buffer.pixels
        if not values.any():
            return np.full((height, width), 255, np.uint8)
        box = Box(*self.at, width, height)
        data = self.image.selection.buffer.get(box, 1.0, "Y u8", "none")
        return np.frombuffer(data, np.uint8).reshape(height, width)
