"""What the panel is set to: pack, dials and options. No Qt, no Krita.

The state is one for all windows; the widgets show it and change it through the controller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..protocol.errors import PackNotFoundError, UsageError
from ..protocol.messages import BrokenPack, PackEntry
from .dial_model import DialModel, dial_models, numbers_of
from .pack_list import (
    COMPLETION,
    STYLE_TRANSFER,
    filter_packs,
    pack_by_id,
    recent_first,
)
from .recipe import Recipe, Target
from .translations import tr


@dataclass(frozen=True)
class Options:
    """As in a Recipe. working_size_px: None: the pack's own. fill_target: of a completion."""

    follows_selection: bool = False
    working_size_px: int | None = None
    preserve_color: bool = False
    target: Target = "new_layer"
    grow_px: int = 8
    feather_px: int = 8
    seed: int = 0
    fill_target: Target = "new_layer"


class PanelState:
    """stored: how each pack's dials were left, by pack id."""

    def __init__(self, stored: Mapping[str, Mapping[str, tuple[float, ...]]]) -> None:
        self.packs: list[PackEntry] = []
        self.broken: tuple[BrokenPack, ...] = ()
        self.pack: PackEntry | None = None
        self.dials: list[DialModel] = []
        self.options = Options()
        self._stored = {pack: dict(dials) for pack, dials in stored.items()}
        self._task = STYLE_TRANSFER
        self._recent: list[str] = []  # ids, the one that was chosen last first

    @property
    def task(self) -> str:
        """What the panel is for now: the packs of this task are shown."""
        return self._task

    @property
    def tasks(self) -> list[str]:
        """Those that there are packs for, stylizing first."""
        tasks = {pack.task for pack in self.packs}
        return sorted(tasks, key=lambda task: (task != STYLE_TRANSFER, task))

    @property
    def packs_of_task(self) -> list[PackEntry]:
        return filter_packs(self.packs, task=self._task)

    @property
    def has_completion(self) -> bool:
        """Whether a pack is there that can fill a selection."""
        return any(pack.task == COMPLETION for pack in self.packs)

    @property
    def is_completion(self) -> bool:
        return self.pack is not None and self.pack.task == COMPLETION

    def set_packs(
        self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack], *, recent: Sequence[str]
    ) -> None:
        """Take a new list. The chosen pack stays chosen while it is the same; else it is chosen
        anew, or the one that was used last is, and the first time the quickest.
        """
        self.packs = recent_first(packs, recent)
        self.broken = tuple(broken)
        self._recent += [pack_id for pack_id in recent if pack_id not in self._recent]
        wanted = self.pack
        if wanted is not None and wanted in self.packs:
            return
        again = None if wanted is None else pack_by_id(self.packs, wanted.id)
        first = again or next(iter(self.packs_of_task or self.packs), None)
        self._remember()
        self.pack = None
        self.dials = []
        if first is not None:
            self.choose(first.id)

    def choose(self, pack_id: str) -> None:
        """Raises PackNotFoundError."""
        pack = pack_by_id(self.packs, pack_id)
        if pack is None:
            raise PackNotFoundError(
                tr("the pack '{pack}' is not installed; install it, or choose another").format(
                    pack=pack_id
                )
            )
        self._remember()
        self.pack = pack
        self._task = pack.task
        self._recent = [pack.id, *(other for other in self._recent if other != pack.id)]
        self.dials = dial_models(pack.dials, self._stored.get(pack.id, {}))

    def choose_task(self, task: str) -> None:
        """Choose that task's pack of the last time, unless one of its packs is chosen already.
        Raises PackNotFoundError.
        """
        if self.pack is not None and self.pack.task == task:
            return
        packs = filter_packs(self.packs, task=task)
        pack = next(iter(recent_first(packs, self._recent)), None)
        if pack is None:
            raise PackNotFoundError(
                tr("no completion pack is installed; install one first")
                if task == COMPLETION
                else tr("no style pack is installed; install one first")
            )
        self.choose(pack.id)

    def set_option(self, **changes: object) -> None:
        self.options = replace(self.options, **changes)  # type: ignore[arg-type]

    def recipe(self, source: Mapping[str, str] | None = None) -> Recipe:
        """How the panel is set now. Raises UsageError while no pack is chosen."""
        if self.pack is None:
            raise UsageError(tr("no style pack is chosen; choose one in the Dynamic Style panel"))
        return Recipe(
            task=self.pack.task,
            pack=self.pack.id,
            pack_sha256=self.pack.sha256,
            pack_title=self.pack.title,
            dials=numbers_of(self.dials),
            follows_selection=self.options.follows_selection,
            working_size_px=self.options.working_size_px,
            preserve_color=self.options.preserve_color,
            target=self.options.fill_target if self.is_completion else self.options.target,
            grow_px=self.options.grow_px,
            feather_px=self.options.feather_px,
            seed=self.options.seed if self.is_completion else 0,
            source=dict(source or {}),
        )

    def restore(self, recipe: Recipe) -> None:
        """Set the panel as a recipe says. Raises PackNotFoundError."""
        self.choose(recipe.pack)
        assert self.pack is not None
        self.dials = dial_models(self.pack.dials, dict(recipe.dials))
        self.set_option(
            follows_selection=recipe.follows_selection,
            working_size_px=recipe.working_size_px,
            preserve_color=recipe.preserve_color,
            grow_px=recipe.grow_px,
            feather_px=recipe.feather_px,
        )
        if self.is_completion:
            self.set_option(fill_target=recipe.target, seed=recipe.seed)
        else:
            self.set_option(target=recipe.target)

    def reset_dials(self) -> None:
        for dial in self.dials:
            dial.reset()

    def _remember(self) -> None:
        if self.pack is not None:
            self._stored[self.pack.id] = numbers_of(self.dials)
