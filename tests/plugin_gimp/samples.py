"""A pack entry as the plug-in's own copy of the protocol has it, and a config as GIMP hands it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .conftest import Plugin

DEFAULTS = {
    "pack": "none",
    "pack-id": "",
    "alpha": 1.0,
    "dials": "",
    "alpha-source": "none",
    "selection": "soft",
    "scale": "",
    "target": "new-layer",
    "preserve-color": False,
}


INPAINT_DEFAULTS = {
    "pack": "none",
    "pack-id": "",
    "alpha": 0.5,
    "dials": "",
    "grow": 0,
    "feather": 0,
    "seed": 0,
    "target": "new-layer",
}

GENERATE_DEFAULTS = {
    "pack": "none",
    "pack-id": "",
    "alpha": 0.0,
    "dials": "",
    "seed": 0,
    "selection": "soft",
    "target": "new-layer",
}


class Config:
    """Stands for a Gimp.ProcedureConfig: named values, of Stylize… or of another procedure."""

    task = "style_transfer"

    defaults: Mapping[str, Any] = DEFAULTS

    def __init__(self, **values: Any) -> None:
        self.values: dict[str, Any] = dict(self.defaults)
        for name, value in values.items():
            self.values[name.replace("_", "-")] = value

    def get_property(self, name: str) -> Any:
        return self.values[name]

    def set_property(self, name: str, value: Any) -> None:
        assert name in self.values
        self.values[name] = value


class InpaintConfig(Config):
    task = "completion"
    defaults = INPAINT_DEFAULTS


class GenerateConfig(Config):
    task = "generation"
    defaults = GENERATE_DEFAULTS


def pack_entry(
    plugin: Plugin,
    *,
    id_: str = "starry-night",
    dials: bool = True,
    task: str = "style_transfer",
) -> Any:
    """Two dials: strength with three taps, default 0.7; wave with one tap, default 0."""
    taps = {"strength": ("res3", "up1", "conv_out"), "wave": ("up1",)} if dials else {}
    return plugin.messages.PackEntry(
        id=id_,
        version="1.0.0",
        title="The Starry Night",
        summary="",
        authors=("A. Painter",),
        licence="CC0-1.0",
        task=task,
        sha256="ab" * 32,
        base=None,
        is_removable=False,
        width=16,
        working_size_px=768,
        dials=tuple(
            plugin.messages.DialSpec(
                id=name,
                title=name.title(),
                label_low="gentle",
                label_high="strong",
                taps=names,
                dual=False,
                trained_range=(0.0, 1.0),
                safe_range=(-0.3, 1.3),
                default=0.7 if name == "strength" else 0.0,
            )
            for name, names in taps.items()
        ),
        thumbnail=None,
    )
