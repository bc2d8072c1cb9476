"""A task as the plug-ins see it: its words, what can be set for it, and what it does with a layer.

No code outside of a task's own module asks which task it has before it: what differs between tasks
is a member of Task.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ...protocol.messages import Mask, PackEntry, Run
from ...protocol.pixels import Pixels
from ..previews.preview_request import PreviewRequest, ShownPart
from ..recipe import Recipe, Target

Option = Literal[
    "follows_selection",
    "working_size_px",
    "preserve_color",
    "target",
    "grow_px",
    "feather_px",
    "seed",
]


@dataclass(frozen=True)
class Options:
    """What is set besides pack and dials; as in a Recipe. working_size_px: None: the pack's own."""

    follows_selection: bool = False
    working_size_px: int | None = None
    preserve_color: bool = False
    target: Target = "new_layer"
    grow_px: int = 0
    feather_px: int = 0
    seed: int = 0


@dataclass(frozen=True)
class TaskWords:
    """verb: on a button. title: of a dialog. menu: of a menu entry. tip: what it does.
    packs: the heading of their list; _ stands before the mnemonic y. looking: before any pack is
    known. none_installed: no pack for the task. needs_pack: that, where the task itself is
    asked for. gone: with {name}, of a pack. running: while the result is made, before how far that
    is.
    """

    verb: str
    title: str
    menu: str
    tip: str
    packs: str
    looking: str
    none_installed: str
    needs_pack: str
    gone: str
    running: str


@dataclass(frozen=True)
class Task:
    """id: what packs and recipes call it; name: in the names of menu entries. options: what can be
    set; in a recipe all else is as in Options(). defaults: what is set at first. targets: where the
    result for any layer can go, the usual one first. fills_selection: whether it needs a selection,
    and fills that from what is around it; else it takes the whole layer, and a selection limits
    where the result shows. reads_layer: whether what the layer shows goes into the result; else the
    layer says no more than where that lies and how large it is. works_on_frames: whether a layer's
    frames can be done, one by one. preview_px: the longer side of what a quick preview is made of.
    words: in the user's language. request and preview: of what was read, and the mask that was made
    of the selection; both raise UsageError without a mask where the task needs one.
    """

    id: str
    name: str
    options: frozenset[Option]
    defaults: Options
    targets: tuple[Target, ...]
    fills_selection: bool
    reads_layer: bool
    works_on_frames: bool
    preview_px: int
    words: Callable[[], TaskWords]
    request: Callable[[Recipe, Pixels, Mask | None], Run]
    preview: Callable[[Recipe, Pixels, Mask | None, ShownPart], PreviewRequest]

    def recipe(
        self,
        pack: PackEntry,
        dials: Mapping[str, tuple[float, ...]],
        options: Options,
        source: Mapping[str, str] | None = None,
    ) -> Recipe:
        """dials and source: as in a Recipe."""
        return Recipe(
            task=self.id,
            pack=pack.id,
            pack_sha256=pack.sha256,
            pack_title=pack.title,
            dials=dict(dials),
            source=dict(source or {}),
            **asdict(self.own(options)),
        )

    def own(self, options: Options) -> Options:
        """The options that the task has; what it has not is as in Options()."""
        return _chosen(options, self.options)

    def options_of(self, recipe: Recipe) -> Options:
        """How the options stood when this recipe was made."""
        return _chosen(recipe, self.options)


def _chosen(origin: Options | Recipe, names: frozenset[Option]) -> Options:
    taken: dict[str, Any] = {name: getattr(origin, name) for name in names}
    return Options(**taken)
