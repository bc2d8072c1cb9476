"""For tests' code in gimp-console: call our procedures as a script does, and tell of images.

Bytes travel to the test as base64 text.
"""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, Gio, GLib, GObject  # noqa: E402

STYLIZE = "plug-in-dynamic-style-stylize"
FRAMES = "plug-in-dynamic-style-frames"
INPAINT = "plug-in-dynamic-style-inpaint"
STATUSES = ("execution error", "calling error", "pass through", "success", "cancel")
BATCH = Gimp.RunMode.NONINTERACTIVE


def load(name: str) -> Gimp.Image:
    """An image from the exchange folder."""
    return Gimp.file_load(BATCH, Gio.File.new_for_path(f"/exchange/{name}"))


def save(image: Gimp.Image, name: str) -> None:
    Gimp.file_save(BATCH, image, Gio.File.new_for_path(f"/exchange/{name}"), None)


def call(
    name: str,
    image: Gimp.Image | None = None,
    layers: Sequence[Gimp.Drawable] | None = None,
    /,
    *,
    mode: Gimp.RunMode = BATCH,
    **arguments: Any,
) -> dict[str, Any]:
    """Run a procedure; its status and, unless it succeeded, its message. layers: None for those
    that are selected. Arguments have _ for -.
    """
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property("run-mode", mode)
    if image is not None:
        config.set_property("image", image)
        drawables = image.get_selected_drawables() if layers is None else list(layers)
        config.set_core_object_array("drawables", drawables)
    for argument, value in arguments.items():
        config.set_property(argument.replace("_", "-"), value)
    values = procedure.run(config)
    told = {"status": STATUSES[int(values.index(0))]}
    if told["status"] != "success":
        told["error"] = Gimp.get_pdb().get_last_error()
    elif values.length() > 1:
        value = values.index(1)
        told["value"] = value if isinstance(value, str | int) else value and value.get_name()
    return told


def stylize(
    image: Gimp.Image, layers: Sequence[Gimp.Drawable] | None = None, **arguments: Any
) -> dict[str, Any]:
    """The procedure with a pack and an alpha, unless the arguments say otherwise."""
    return call(STYLIZE, image, layers, **{"pack_id": "starry-night", "alpha": 0.8, **arguments})


def inpaint(
    image: Gimp.Image, layers: Sequence[Gimp.Drawable] | None = None, **arguments: Any
) -> dict[str, Any]:
    """The procedure with a pack and an alpha, unless the arguments say otherwise."""
    return call(INPAINT, image, layers, **{"pack_id": "photo-fill", "alpha": 0.3, **arguments})


def data(drawable: Gimp.Drawable, format_name: str) -> str:
    """All pixels of a drawable, in a babl format."""
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    pixels = drawable.get_buffer().get(area, 1.0, format_name, Gegl.AbyssPolicy.NONE)
    return base64.b64encode(pixels).decode("ascii")


def write(drawable: Gimp.Drawable, format_name: str, pixels: bytes) -> None:
    width, height = drawable.get_width(), drawable.get_height()
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), format_name, pixels)
    buffer.flush()
    drawable.update(0, 0, width, height)


def selection(layer: Gimp.Layer) -> str:
    """How far each of a layer's pixels is selected, gray u8."""
    _, x, y = layer.get_offsets()
    area = Gegl.Rectangle.new(x, y, layer.get_width(), layer.get_height())
    mask = layer.get_image().get_selection().get_buffer()
    return base64.b64encode(mask.get(area, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)).decode("ascii")


def add_layer(
    image: Gimp.Image,
    name: str,
    size: tuple[int, int],
    offsets: tuple[int, int] = (0, 0),
    *,
    has_alpha: bool = True,
) -> Gimp.Layer:
    """A layer on top, with a pattern that depends on its size."""
    kind = Gimp.ImageType.RGBA_IMAGE if has_alpha else Gimp.ImageType.RGB_IMAGE
    layer = Gimp.Layer.new(image, name, *size, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*offsets)
    width, height = size
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            rgb = (x * 255 // width, y * 255 // height, (x * y) % 200)
            pixels += bytes((*rgb, 255 - x % 128) if has_alpha else rgb)
    write(layer, "R'G'B'A u8" if has_alpha else "R'G'B' u8", bytes(pixels))
    return layer


def tree(image: Gimp.Image) -> list[dict[str, Any]]:
    """The top layers, from above."""
    return [about(layer) for layer in image.get_layers()]


def about(layer: Gimp.Layer) -> dict[str, Any]:
    _, x, y = layer.get_offsets()
    return {
        "name": layer.get_name(),
        "size": [layer.get_width(), layer.get_height()],
        "offsets": [x, y],
        "mask": layer.get_mask() is not None,
        "alpha": layer.has_alpha(),
        "gray": layer.is_gray(),
    }


def recipe(layer: Gimp.Layer) -> str | None:
    """The text of the layer's parasite."""
    parasite = layer.get_parasite("dynamic-style-recipe")
    return None if parasite is None else bytes(parasite.get_data()).decode("utf-8")


def run_topics(topics: Mapping[str, str], file: str) -> None:
    """Run each text with the names of this module, and append a line of JSON to the file: its name,
    and what it has left in `told`, or its traceback in `error`. One that fails does not keep the
    others from running.
    """
    for name, code in topics.items():
        names = {**globals(), "GLib": GLib, "GObject": GObject, "json": json, "told": None}
        try:
            exec(compile(code, name, "exec"), names)
            answer = {"told": names["told"]}
        except Exception:
            answer = {"error": traceback.format_exc()}
        with Path(file).open("a", encoding="utf-8") as answers:
            answers.write(json.dumps([name, answer]) + "\n")
        for image in Gimp.get_images():
            image.delete()
