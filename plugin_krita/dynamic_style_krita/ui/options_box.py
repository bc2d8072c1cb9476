"""What is set besides pack and dials: stroke size, selection, colour, target; for completions, how
far the hole is grown and feathered.
"""

from __future__ import annotations

from typing import Any

from ..plugin.panel_state import Options
from ..plugin.translations import tr
from ..protocol.runs import MAX_GROW_PX
from ..qt import QtWidgets, Signal
from ..safe_slots import guarded
from .labels import plain_label
from .tooltips import plain_tip

WORKING_SIZES = (384, 512, 768, 1024, 1536, 2048)
MOST_WORKING_PX = 8192
MOST_VARIANT = 999


class OptionsBox(QtWidgets.QWidget):
    """changed: the name of an option and its new value."""

    changed = Signal(str, object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_options")
        self._is_showing = False
        self._is_completion = False
        form = QtWidgets.QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.setRowWrapPolicy(QtWidgets.QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form = form

        self.working = QtWidgets.QComboBox()
        self.working.setObjectName("dynamic_style_working_size")
        self.working.setEditable(True)
        self.working.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self.working.setMinimumContentsLength(8)
        self.working.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.working.setToolTip(
            tr(
                "The longer side, in pixels, at which the net sees the layer; at first the pack's "
                "own. Smaller is faster and paints broader strokes; the result always has the "
                "layer's size."
            )
        )
        self.working.lineEdit().setObjectName("dynamic_style_working_size_text")
        self.working.lineEdit().setAccessibleName(tr("Work at"))  # the focus goes to it
        self.working.activated.connect(self._on_working)
        self.working.lineEdit().editingFinished.connect(self._on_working)
        form.addRow(_buddy(tr("Work at"), self.working), self.working)

        self.target = QtWidgets.QComboBox()
        self.target.setObjectName("dynamic_style_target")
        self.target.setMinimumContentsLength(8)
        self.target.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._show_targets(is_completion=False)
        self.target.setToolTip(tr("Where the result goes; each way is one undo step"))
        self.target.currentIndexChanged.connect(self._on_target)
        form.addRow(_buddy(tr("Result"), self.target), self.target)

        self.follows = QtWidgets.QCheckBox(tr("Dials follow selection"))
        self.follows.setObjectName("dynamic_style_follows_selection")
        self.follows.setToolTip(
            tr(
                "The selection's softness turns the dials down, so that the style itself fades; "
                "off, the finished result is only masked by it."
            )
        )
        self.follows.toggled.connect(self._on_follows)
        form.addRow(self.follows)
        self.color = QtWidgets.QCheckBox(tr("Keep the layer's colors"))
        self.color.setObjectName("dynamic_style_preserve_color")
        self.color.setToolTip(tr("Take only light and dark from the style"))
        self.color.toggled.connect(self._on_color)
        form.addRow(self.color)

        self.grow = _pixel_box("dynamic_style_grow", tr("Widen the hole by so much before filling"))
        self.grow.valueChanged.connect(self._on_grow)
        form.addRow(_buddy(tr("Grow"), self.grow), self.grow)
        self.feather = _pixel_box(
            "dynamic_style_feather", tr("Blend the filling in over so much, inwards only")
        )
        self.feather.valueChanged.connect(self._on_feather)
        form.addRow(_buddy(tr("Feather"), self.feather), self.feather)
        self.seed = QtWidgets.QSpinBox()
        self.seed.setObjectName("dynamic_style_seed")
        self.seed.setRange(0, MOST_VARIANT)
        self.seed.setKeyboardTracking(False)
        self.seed.setToolTip(tr("Another number gives another fill"))
        self.seed.valueChanged.connect(self._on_seed)
        form.addRow(_buddy(tr("Variant"), self.seed), self.seed)

    def show_options(
        self, options: Options, *, own_px: int, is_completion: bool, is_editing: bool
    ) -> None:
        """own_px: the pack's own working size. is_editing: the target is the edited layer."""
        self._is_showing = True
        try:
            self.working.clear()
            self.working.addItem(tr("{size} px (own)").format(size=own_px), None)
            for size in WORKING_SIZES:
                if size != own_px:
                    self.working.addItem(tr("{size} px").format(size=size), size)
            index = self.working.findData(options.working_size_px)
            if index >= 0:
                self.working.setCurrentIndex(index)
            else:
                self.working.setEditText(tr("{size} px").format(size=options.working_size_px))
            self.working.lineEdit().setCursorPosition(0)
            self._show_targets(is_completion)
            target = options.fill_target if is_completion else options.target
            self.target.setCurrentIndex(max(0, self.target.findData(target)))
            self.target.setEnabled(not is_editing)
            self.follows.setChecked(options.follows_selection)
            self.color.setChecked(options.preserve_color)
            self.grow.setValue(options.grow_px)
            self.feather.setValue(options.feather_px)
            self.seed.setValue(min(options.seed, MOST_VARIANT))
        finally:
            self._is_showing = False
        for widget, is_for_completion in (
            (self.working, False),
            (self.follows, False),
            (self.color, False),
            (self.grow, True),
            (self.feather, True),
            (self.seed, True),
        ):
            self._show_row(widget, is_completion == is_for_completion)

    def _show_targets(self, is_completion: bool) -> None:
        """A fill has no place of its own to replace: it is a new layer, or painted into its own."""
        self._is_completion = is_completion
        texts = _target_texts()
        shown = {name: texts[name] for name in texts if name != "replace" or not is_completion}
        if [self.target.itemData(i) for i in range(self.target.count())] != list(shown):
            self.target.clear()
            for target, text in shown.items():
                self.target.addItem(text, target)

    def _show_row(self, field: Any, is_shown: bool) -> None:
        field.setVisible(is_shown)
        label = self._form.labelForField(field)
        if label is not None:
            label.setVisible(is_shown)

    @guarded
    def _on_working(self, *_: Any) -> None:
        if self._is_showing:
            return
        text = self.working.currentText()
        index = self.working.findText(text)
        if index >= 0:
            self._tell("working_size_px", self.working.itemData(index))
            return
        digits = "".join(letter for letter in text if letter.isdigit())[:5]
        wish = min(MOST_WORKING_PX, max(64, int(digits))) if digits else None
        self._tell("working_size_px", wish)

    @guarded
    def _on_target(self, index: int) -> None:
        name = "fill_target" if self._is_completion else "target"
        self._tell(name, self.target.itemData(index))

    @guarded
    def _on_follows(self, is_on: bool) -> None:
        self._tell("follows_selection", is_on)

    @guarded
    def _on_color(self, is_on: bool) -> None:
        self._tell("preserve_color", is_on)

    @guarded
    def _on_grow(self, pixels: int) -> None:
        self._tell("grow_px", pixels)

    @guarded
    def _on_feather(self, pixels: int) -> None:
        self._tell("feather_px", pixels)

    @guarded
    def _on_seed(self, seed: int) -> None:
        self._tell("seed", seed)

    def _tell(self, name: str, value: object) -> None:
        if not self._is_showing:
            self.changed.emit(name, value)


def _target_texts() -> dict[str, str]:
    return {
        "new_layer": tr("New layer above"),
        "replace": tr("Replace the layer"),
        "in_place": tr("In place"),
    }


def _buddy(text: str, field: Any) -> Any:
    label = plain_label(text)
    label.setBuddy(field)
    field.setAccessibleName(text)
    return label


def _pixel_box(name: str, tip: str) -> Any:
    box = QtWidgets.QSpinBox()
    box.setObjectName(name)
    box.setRange(0, MAX_GROW_PX)
    box.setSuffix(tr(" px"))
    box.setKeyboardTracking(False)
    box.setToolTip(plain_tip(tip))
    return box
