"""Pack entries and recipes for tests that need no backend."""

from __future__ import annotations

from dynamic_style.backend.plugin.recipe import Recipe
from dynamic_style.backend.protocol.messages import DialSpec, PackEntry

TAPS = ("res3", "up1", "conv_out")


def dial(
    dial_id: str = "strength", *, taps: tuple[str, ...] = TAPS, default: float = 0.5
) -> DialSpec:
    return DialSpec(
        id=dial_id,
        title=dial_id.title(),
        label_low="gentle",
        label_high="strong",
        taps=taps,
        dual=False,
        trained_range=(0.0, 1.0),
        safe_range=(-0.25, 1.5),
        default=default,
    )


def entry(
    pack_id: str,
    *,
    title: str = "",
    summary: str = "",
    task: str = "style_transfer",
    width: int = 16,
    working_size_px: int = 768,
) -> PackEntry:
    return PackEntry(
        id=pack_id,
        version="1.0.0",
        title=title or pack_id.title(),
        summary=summary,
        authors=("A. Painter",),
        licence="CC0-1.0",
        task=task,
        sha256="ab" * 32,
        base=None,
        is_removable=True,
        width=width,
        working_size_px=working_size_px,
        dials=(dial(),),
        thumbnail=None,
    )


def recipe(**changes: object) -> Recipe:
    members: dict[str, object] = {
        "task": "style_transfer",
        "pack": "starry-night",
        "pack_sha256": "cd" * 32,
        "pack_title": "The Starry Night",
        "dials": {"strength": (0.6,), "wave": (0.0,)},
        "follows_selection": True,
        "working_size_px": 1024,
        "preserve_color": True,
        "target": "replace",
        "grow_px": 4,
        "feather_px": 8,
        "source": {"layer": "{1-2-3}", "name": "Fotó ☂"},
    }
    return Recipe(**{**members, **changes})  # type: ignore[arg-type]
