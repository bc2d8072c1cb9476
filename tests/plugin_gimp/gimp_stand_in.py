"""Stands for `gi.repository` where no GIMP is: images, layers, selections and timers, as far as the
plug-in asks for them. Pixels are 8 bit; what is scaled is sampled at its pixels' middles.

As in GIMP: nothing selected means all; a shadow is merged through the selection; GEGL writes
nothing where the number of bytes is wrong. Stricter than GIMP: changing an image outside an undo
group fails, and so does asking for anything of a layer that was removed, for which GIMP would show
a message each time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from .gimp_items import Box, Buffer, Drawable, Layer, Parasite

_numbers = itertools.count(1)


class Image:
    """groups: how many undo groups were opened and closed again. selected: layers."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.layers: list[Layer] = []
        self.selection = self._channel("selection")
        self.channels: list[Drawable] = []
        self.selected: list[Layer] = []
        self.groups = self.depth = self.changes = 0
        self.is_open = self.takes_layers = True

    def add(self, name: str, pixels: Any, *, model: str = "R'G'B'A", at: Any = (0, 0)) -> Layer:
        """A layer on top, as the user has made it. pixels: (H, W, C)."""
        layer = Layer(self, name, Buffer(np.array(pixels, np.uint8), model), at=at)
        self.layers.insert(0, layer)
        return layer

    def select(self, x: int, y: int, width: int, height: int, value: int = 255) -> None:
        """As the user does it."""
        self.selection.buffer.pixels[:] = 0
        self.selection.buffer.pixels[y : y + height, x : x + width] = value

    def take_away(self, layer: Layer) -> None:
        """As the user does it."""
        self.layers.remove(layer)
        layer.is_gone = True

    def change(self) -> None:
        assert self.depth == 1, "the image is changed outside an undo group"
        self.changes += 1

    def is_valid(self) -> bool:
        return self.is_open

    def get_width(self) -> int:
        return self.size[0]

    def get_height(self) -> int:
        return self.size[1]

    def get_base_type(self) -> str:
        return "rgb"

    def get_floating_sel(self) -> None:
        return None

    def get_default_new_layer_mode(self) -> str:
        return "normal"

    def get_layers(self) -> list[Layer]:
        return list(self.layers)

    def get_layer_by_tattoo(self, tattoo: int) -> Layer | None:
        return next((layer for layer in self.layers if layer.tattoo == tattoo), None)

    def get_item_position(self, layer: Layer) -> int:
        return self.layers.index(layer)

    def insert_layer(self, layer: Layer, _parent: None, position: int) -> bool:
        self.change()
        if self.takes_layers:
            self.layers.insert(position, layer)
        return self.takes_layers

    def remove_layer(self, layer: Layer) -> None:
        self.change()
        self.layers.remove(layer)

    def set_selected_layers(self, layers: list[Layer]) -> None:
        self.selected = list(layers)

    def undo_group_start(self) -> None:
        self.depth += 1

    def undo_group_end(self) -> None:
        self.depth -= 1
        self.groups += 1

    def get_selection(self) -> Drawable:
        return self.selection

    def select_item(self, _operation: str, channel: Drawable) -> None:
        self.change()
        self.selection.buffer.pixels = channel.buffer.pixels.copy()

    def select_rectangle(self, _operation: str, x: int, y: int, width: int, height: int) -> None:
        self.change()
        self.select(x, y, width, height)

    def remove_channel(self, channel: Drawable) -> None:
        self.channels.remove(channel)

    def _channel(self, name: str) -> Drawable:
        pixels = np.zeros((self.size[1], self.size[0], 1), np.uint8)
        return Drawable(self, name, Buffer(pixels, "Y"), at=(0, 0))


class Selection:
    @staticmethod
    def is_empty(image: Image) -> bool:
        return not image.selection.buffer.pixels.any()

    @staticmethod
    def save(image: Image) -> Drawable:
        saved = image._channel("saved")
        saved.buffer.pixels = image.selection.buffer.pixels.copy()
        image.channels.append(saved)
        return saved

    @staticmethod
    def none(image: Image) -> None:
        image.change()
        image.selection.buffer.pixels[:] = 0


class Procedure:
    """Hands out values as GIMP does: a status, and what the procedure declares; with an error, its
    text.
    """

    def new_return_values(self, status: str, error: str | None) -> list[Any]:
        return Values([status, error])


class Values(list[Any]):
    def remove(self, index: int) -> None:
        del self[index]


@dataclass
class Loop:
    """GLib's main loop, which the test turns by hand."""

    timers: dict[int, tuple[int, Callable[[], bool]]] = field(default_factory=dict)
    waiting: list[Callable[[], bool]] = field(default_factory=list)

    def timeout_add(self, interval_ms: int, call: Callable[[], bool]) -> int:
        number = next(_numbers)
        self.timers[number] = (interval_ms, call)
        return number

    def source_remove(self, number: int) -> None:
        del self.timers[number]  # GLib, too, complains of one that is not there

    def idle_add(self, call: Callable[[], bool], *, priority: int) -> None:
        self.waiting.append(call)

    def turn(self) -> None:
        """Call all that waits."""
        while self.waiting:
            self.waiting.pop(0)()

    def fire(self, interval_ms: int) -> None:
        """Let that much time pass for the timers of this interval."""
        for number, (interval, call) in list(self.timers.items()):
            if interval == interval_ms and number in self.timers and not call():
                self.timers.pop(number, None)


LOOP = Loop()


def _repository() -> SimpleNamespace:
    gimp = SimpleNamespace(
        Image=Image,
        Layer=Layer,
        Drawable=Drawable,
        Selection=Selection,
        ValueArray=Values,
        PlugIn=SimpleNamespace(error_quark=lambda: 0),
        PDBStatusType=SimpleNamespace(
            SUCCESS="success", CANCEL="cancel", EXECUTION_ERROR="failed", CALLING_ERROR="miscalled"
        ),
        RunMode=SimpleNamespace(INTERACTIVE=0, NONINTERACTIVE=1, WITH_LAST_VALS=2),
        progress_init=lambda _text: None,
        progress_set_text=lambda _text: None,
        progress_update=lambda _fraction: None,
        Parasite=SimpleNamespace(new=Parasite),
        PARASITE_PERSISTENT=1,
        PARASITE_UNDOABLE=2,
        ChannelOps=SimpleNamespace(REPLACE="replace"),
        AddMaskType=SimpleNamespace(WHITE="white"),
        ImageBaseType=SimpleNamespace(INDEXED="indexed"),
        ImageType=SimpleNamespace(
            GRAYA_IMAGE="Y'A", GRAY_IMAGE="Y'", RGBA_IMAGE="R'G'B'A", RGB_IMAGE="R'G'B'"
        ),
        displays_flush=lambda: None,
        version=lambda: "3.0.4",
    )
    abyss = SimpleNamespace(CLAMP="clamp", NONE="none")
    gobject = SimpleNamespace(
        Value=lambda _kind, value: value, TYPE_STRING="string", TYPE_INT="int"
    )
    glib = SimpleNamespace(
        Error=SimpleNamespace(new_literal=lambda _quark, text, _code: text),
        PRIORITY_DEFAULT=0,
        timeout_add=LOOP.timeout_add,
        source_remove=LOOP.source_remove,
        idle_add=LOOP.idle_add,
    )
    babl = SimpleNamespace(
        space=lambda name: name,
        format_get_space=lambda _form: "sRGB",
        format_get_encoding=lambda form: form,
    )
    gegl = SimpleNamespace(Rectangle=SimpleNamespace(new=Box), AbyssPolicy=abyss, Buffer=Buffer)
    return SimpleNamespace(Gimp=gimp, Gegl=gegl, GLib=glib, Babl=babl, GObject=gobject)


REPOSITORY = _repository()
