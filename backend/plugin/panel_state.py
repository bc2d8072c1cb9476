"""What the panel is set to: pack, dials and options. No Qt, no Krita.

The state is one for all windows; the widgets show it and change it through the controller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..protocol.errors import PackNotFoundError, UsageError
from ..protocol.messages import BrokenPack, PackEntry
from .dial_model import DialModel, dial_models, numbers_of, turned_of
from .pack_list import filter_packs, pack_by_id, recent_first
from .recipe import Recipe
from .tasks.table import TASKS, is_known, task_of
from .tasks.task import Options, Task
from .translations import tr


class PanelState:
    """stored: how each pack's dials were left, by pack id."""

    def __init__(self, stored: Mapping[str, Mapping[str, tuple[float, ...]]]) -> None:
        self.packs: list[PackEntry] = []
        self.broken: tuple[BrokenPack, ...] = ()
        self.pack: PackEntry | None = None
        self.dials: list[DialModel] = []
        self.task: Task = TASKS[0]  # what the panel is for now: the packs of this task are shown
        self._options = {task.id: task.defaults for task in TASKS}
        self._stored = {pack: dict(dials) for pack, dials in stored.items()}
        self._recent: list[str] = []  # ids, the one that was chosen last first
        self._expected = ""  # the id of a pack to choose once it is listed

    @property
    def tasks(self) -> list[Task]:
        """Those that there are packs for."""
        return [task for task in TASKS if self.has_packs(task)]

    @property
    def packs_of_task(self) -> list[PackEntry]:
        return filter_packs(self.packs, task=self.task.id)

    @property
    def options(self) -> Options:
        """Each task has its own."""
        return self._options[self.task.id]

    def has_packs(self, task: Task) -> bool:
        return any(pack.task == task.id for pack in self.packs)

    def set_options(self, options: Options) -> None:
        self._options[self.task.id] = options

    def expect(self, pack_id: str) -> None:
        """A pack was installed: the next list has it, and it is to be chosen then."""
        self._expected = pack_id

    def set_packs(
        self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack], *, recent: Sequence[str]
    ) -> None:
        """Take a new list, but for packs of tasks that are not known here. The chosen pack stays
        chosen while it is the same; else it is chosen anew, or the one that was used last is, and
        the first time the quickest.
        """
        self.packs = recent_first((pack for pack in packs if is_known(pack.task)), recent)
        self.broken = tuple(broken)
        self._recent += [pack_id for pack_id in recent if pack_id not in self._recent]
        expected, self._expected = self._expected, ""
        wanted = pack_by_id(self.packs, expected)
        if wanted is None and self.pack is not None:
            wanted = pack_by_id(self.packs, self.pack.id)
        if wanted is not None and wanted == self.pack:
            return
        first = wanted or next(iter(self.packs_of_task or self.packs), None)
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
        self.task = task_of(pack.task)
        self._recent = [pack.id, *(other for other in self._recent if other != pack.id)]
        self.dials = dial_models(pack.dials, self._stored.get(pack.id, {}))

    def choose_task(self, task: Task) -> None:
        """Choose that task's pack of the last time, unless one of its packs is chosen already.
        Raises PackNotFoundError.
        """
        if self.pack is not None and self.task == task:
            return
        packs = filter_packs(self.packs, task=task.id)
        pack = next(iter(recent_first(packs, self._recent)), None)
        if pack is None:
            raise PackNotFoundError(task.words().needs_pack)
        self.choose(pack.id)

    def recipe(self, source: Mapping[str, str] | None = None) -> Recipe:
        """How the panel is set now. Raises UsageError while no pack is chosen."""
        if self.pack is None:
            raise UsageError(tr("no style pack is chosen; choose one in the Dynamic Style panel"))
        options = self.options
        if not self.pack.can_follow_map:  # it stays chosen, for the next pack
            options = replace(options, follows_selection=False)
        return self.task.recipe(self.pack, numbers_of(self.dials), options, source)

    def restore(self, recipe: Recipe) -> None:
        """Set the panel as a recipe says. Raises PackNotFoundError, or UsageError for a recipe of
        another program's task.
        """
        task_of(recipe.task)
        self.choose(recipe.pack)
        assert self.pack is not None
        self.dials = dial_models(self.pack.dials, dict(recipe.dials))
        self.set_options(self.task.options_of(recipe))

    def turned_dials(self) -> dict[str, tuple[float, ...]]:
        """What is to be remembered of the dials: those that are not where the pack begins."""
        return turned_of(self.dials)

    def _remember(self) -> None:
        if self.pack is not None:
            self._stored[self.pack.id] = self.turned_dials()
