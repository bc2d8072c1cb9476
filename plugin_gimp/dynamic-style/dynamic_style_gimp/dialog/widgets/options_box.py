"""What is set besides the dials: the selection, the working size, the colours, and where the result
goes; for an inpainting, how far the hole reaches and which fill is wanted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from ...layers.run_settings import MOST_SEED, SelectionMode
from ...plugin.recipe import Target
from ...plugin.tasks.stylize_task import cannot_follow_text
from ...plugin.tasks.task import Option, Options, Task
from ...plugin.translations import tr
from ...protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from ...protocol.messages import PackEntry
from .gtk import Gtk

WORKING_SIZES_PX = (384, 512, 768, 1024, 1536, 2048, 3072, 4096)
PACKS_OWN = 0  # in place of a working size
_VARIANTS = 1000  # of which the button takes one: short numbers can be remembered

_NO_SELECTION = "none"
# name: (recipe.follows_selection, settings.selection)
_USES: dict[str, tuple[bool, SelectionMode]] = {
    "soft": (False, "soft"),
    "hard": (False, "hard"),
    "map": (True, "ignore"),
    "both": (True, "soft"),
    "ignore": (False, "ignore"),
}


class OptionsBox:
    """on_change: called when the user has changed something, with how everything is set then.
    long_side_px: the layer's. is_result: the chosen layer is an earlier result, which a new one may
    replace.
    """

    def __init__(
        self,
        on_change: Callable[[Options, SelectionMode], None],
        task: Task,
        *,
        has_selection: bool,
        long_side_px: int,
        is_result: bool,
    ) -> None:
        self._on_change = on_change
        self._long_side_px = long_side_px
        self._task = task
        self._as_it_was: tuple[bool, SelectionMode] = (False, "soft")
        self._is_showing = False
        self._row = 0
        self.widget = Gtk.Grid(column_spacing=6, row_spacing=6)
        uses = {} if has_selection else {_NO_SELECTION: tr("Nothing is selected")}
        self._selection = self._choice(tr("Se_lection:"), uses)
        self._selection.set_sensitive(has_selection)
        self._has_selection = has_selection
        self._grow = self._count(
            tr("_Grow hole:"),
            MAX_GROW_PX,
            tr("How many pixels beyond the selection are filled, too"),
        )
        self._feather = self._count(
            tr("F_eather edge:"),
            MAX_FEATHER_PX,
            tr("Over how many pixels the fill is blended in, inwards from its edge"),
        )
        self._another = Gtk.Button(label=tr("Another"))
        self._another.set_tooltip_text(tr("Take another number by chance"))
        self._another.connect("clicked", self._take_another)
        self._seed = self._count(
            tr("_Variant:"),
            MOST_SEED,
            tr("Another number gives another result"),
            beside=self._another,
        )
        self._size = self._choice(tr("_Working size:"), {})
        self._size.set_tooltip_text(
            tr("How many pixels of the layer's longer side the net sees. Smaller is faster and "
               "paints coarser strokes; the result always has the layer's own size.")
        )  # fmt: skip
        self._target = self._choice(
            tr("Resul_t:"),
            {
                name: text
                for name, text in _target_texts().items()
                if (is_result if name == "replace" else name in task.targets)
            },
        )
        self._color = Gtk.CheckButton(label=tr("_Keep the layer's colours"), use_underline=True)
        self._color.connect("toggled", self._changed)
        self.widget.attach(self._color, 0, self._row, 3, 1)
        self._show_only_what_matters()

    def show(self, options: Options, selection: SelectionMode, pack: PackEntry) -> None:
        self._is_showing = True
        self._as_it_was = (options.follows_selection, selection)
        if self._has_selection:
            self._show_uses(pack)
        else:
            self._selection.set_active_id(_NO_SELECTION)
        self._fill_sizes(pack.working_size_px, options.working_size_px)
        if not self._target.set_active_id(options.target):
            self._target.set_active_id("new_layer")
        self._color.set_active(options.preserve_color)
        self._grow.set_value(options.grow_px)
        self._feather.set_value(options.feather_px)
        self._seed.set_value(options.seed)
        self._is_showing = False

    @property
    def options(self) -> Options:
        target: Target = self._target.get_active_id() or "new_layer"
        shown = Options(
            follows_selection=self._use[0],
            working_size_px=int(self._size.get_active_id() or PACKS_OWN) or None,
            target=target,
            preserve_color=self._color.get_active(),
            grow_px=self._grow.get_value_as_int(),
            feather_px=self._feather.get_value_as_int(),
            seed=self._seed.get_value_as_int(),
        )
        return self._task.own(shown)

    @property
    def selection(self) -> SelectionMode:
        return self._use[1]

    @property
    def _use(self) -> tuple[bool, SelectionMode]:
        return _USES.get(self._selection.get_active_id(), self._as_it_was)

    def _show_uses(self, pack: PackEntry) -> None:
        """What the selection can be for with that pack, and what it is for."""
        texts = _selection_texts()
        if not pack.can_follow_map:
            self._as_it_was = (False, "soft" if self._as_it_was[0] else self._as_it_was[1])
            texts = {name: text for name, text in texts.items() if not _USES[name][0]}
        self._selection.set_tooltip_text(None if pack.can_follow_map else cannot_follow_text())
        self._selection.remove_all()
        for name, text in texts.items():
            self._selection.append(name, text)
        names = [name for name, meaning in _USES.items() if meaning == self._as_it_was]
        self._selection.set_active_id(names[0] if names else "both")

    def _fill_sizes(self, packs_own_px: int, working_size_px: int | None) -> None:
        self._size.remove_all()
        own = min(packs_own_px, self._long_side_px)
        self._size.append(str(PACKS_OWN), tr("The style's own ({size} px)").format(size=own))
        sizes = {size for size in WORKING_SIZES_PX if size < self._long_side_px}
        sizes |= {self._long_side_px}
        if working_size_px is not None:
            sizes.add(working_size_px)
        for size in sorted(sizes):
            text = tr("{size} px, the layer's own") if size == self._long_side_px else "{size} px"
            self._size.append(str(size), text.format(size=size))
        self._size.set_active_id(str(working_size_px or PACKS_OWN))

    def _choice(
        self, title: str, texts: Mapping[Target, str] | Mapping[str, str]
    ) -> Gtk.ComboBoxText:
        box = Gtk.ComboBoxText(hexpand=True)
        for name, text in texts.items():
            box.append(name, text)
        box.connect("changed", self._changed)
        self._add(title, box)
        return box

    def _count(
        self, title: str, most: int, tip: str, *, beside: Gtk.Widget | None = None
    ) -> Gtk.SpinButton:
        number = Gtk.SpinButton.new_with_range(0, most, 1)
        number.set_hexpand(True)
        number.set_activates_default(True)
        number.set_width_chars(6)
        number.set_tooltip_text(tip)
        number.connect("value-changed", self._changed)
        self._add(title, number, beside)
        return number

    def _add(self, title: str, widget: Gtk.Widget, beside: Gtk.Widget | None = None) -> None:
        label = Gtk.Label(label=title, use_underline=True, xalign=0)
        label.set_mnemonic_widget(widget)
        self.widget.attach(label, 0, self._row, 1, 1)
        self.widget.attach(widget, 1, self._row, 2 if beside is None else 1, 1)
        if beside is not None:
            self.widget.attach(beside, 2, self._row, 1, 1)
        self._row += 1

    def _show_only_what_matters(self) -> None:
        widgets: dict[Option, Gtk.Widget] = {
            "grow_px": self._grow,
            "feather_px": self._feather,
            "seed": self._seed,
            "working_size_px": self._size,
            "follows_selection": self._selection,
            "preserve_color": self._color,
        }
        for option, widget in widgets.items():
            if option not in self._task.options:
                beside = [self._another] if option == "seed" else []
                for shown in [widget, *widget.list_mnemonic_labels(), *beside]:
                    shown.set_no_show_all(True)
                    shown.hide()

    def _take_another(self, _button: Gtk.Button) -> None:
        """Any but the one that is set."""
        further = 1 + secrets.randbelow(_VARIANTS - 1)
        self._seed.set_value((self._seed.get_value_as_int() + further) % _VARIANTS)

    def _changed(self, _widget: Gtk.Widget) -> None:
        if not self._is_showing:
            self._on_change(self.options, self.selection)


def _selection_texts() -> dict[str, str]:
    return {
        "soft": tr("Limits the result, soft edge"),
        "hard": tr("Limits the result, hard edge"),
        "map": tr("Turns the dials, by its strength"),
        "both": tr("Limits the result and turns the dials"),
        "ignore": tr("Ignored, the whole layer"),
    }


def _target_texts() -> dict[Target, str]:
    return {
        "new_layer": tr("New layer above"),
        "in_place": tr("In the layer itself"),
        "replace": tr("In place of the earlier result"),
    }
