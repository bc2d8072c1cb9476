"""What is set besides pack and dials; of these options, a task shows those that it has."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ..plugin.recipe import Target
from ..plugin.tasks.stylize_task import cannot_follow_text
from ..plugin.tasks.task import Option, Options, Task
from ..plugin.translations import tr
from ..protocol.limits import MAX_GROW_PX
from ..protocol.messages import PackEntry
from ..qt import QtWidgets, Signal
from ..safe_slots import guarded
from .labels import plain_label
from .tooltips import plain_tip

WORKING_SIZES = (384, 512, 768, 1024, 1536, 2048)
MOST_WORKING_PX = 8192
MOST_VARIANT = 999


class OptionsBox(QtWidgets.QWidget):
    """changed: the new Options."""

    changed = Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_options")
        self._is_showing = False
        self._options = Options()
        self._rows: dict[Option, Any] = {}
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
        self._add("working_size_px", self.working, tr("Work at"))

        self.target = QtWidgets.QComboBox()
        self.target.setObjectName("dynamic_style_target")
        self.target.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.target.setToolTip(tr("Where the result goes; each way is one undo step"))
        self.target.currentIndexChanged.connect(
            lambda index: self._tell("target", self.target.itemData(index))
        )
        self._add("target", self.target, tr("Result"))

        self.follows = QtWidgets.QCheckBox(tr("Dials follow selection"))
        self.follows.setObjectName("dynamic_style_follows_selection")
        self.follows.toggled.connect(lambda value: self._tell("follows_selection", value))
        self._add("follows_selection", self.follows)
        self.color = QtWidgets.QCheckBox(tr("Keep the layer's colors"))
        self.color.setObjectName("dynamic_style_preserve_color")
        self.color.setToolTip(tr("Take only light and dark from the style"))
        self.color.toggled.connect(lambda value: self._tell("preserve_color", value))
        self._add("preserve_color", self.color)

        self.grow = _pixel_box("dynamic_style_grow", tr("Widen the hole by so much before filling"))
        self.grow.valueChanged.connect(lambda value: self._tell("grow_px", value))
        self._add("grow_px", self.grow, tr("Grow"))
        self.feather = _pixel_box(
            "dynamic_style_feather", tr("Blend the filling in over so much, inwards only")
        )
        self.feather.valueChanged.connect(lambda value: self._tell("feather_px", value))
        self._add("feather_px", self.feather, tr("Feather"))
        self.seed = QtWidgets.QSpinBox()
        self.seed.setObjectName("dynamic_style_seed")
        self.seed.setRange(0, MOST_VARIANT)
        self.seed.setKeyboardTracking(False)
        self.seed.setToolTip(tr("Another number gives another result"))
        self.seed.valueChanged.connect(lambda value: self._tell("seed", value))
        another = QtWidgets.QPushButton(tr("Another"))
        another.setObjectName("dynamic_style_another")
        another.setToolTip(tr("Take another number by chance"))
        another.clicked.connect(self._take_another)
        self._add("seed", _beside(self.seed, another), tr("Variant"), buddy=self.seed)

    def show_options(
        self, options: Options, task: Task, pack: PackEntry, *, is_editing: bool
    ) -> None:
        """is_editing: the target is the edited layer."""
        self._options = options
        self._is_showing = True
        try:
            self._show_sizes(pack.working_size_px, options.working_size_px)
            self._show_targets(task)
            self.target.setCurrentIndex(max(0, self.target.findData(options.target)))
            self.target.setEnabled(not is_editing)
            self.follows.setEnabled(pack.can_follow_map)
            self.follows.setToolTip(plain_tip(_follows_tip(pack)))
            self.follows.setChecked(options.follows_selection and pack.can_follow_map)
            self.color.setChecked(options.preserve_color)
            self.grow.setValue(options.grow_px)
            self.feather.setValue(options.feather_px)
            self.seed.setValue(min(options.seed, MOST_VARIANT))
        finally:
            self._is_showing = False
        for option, field in self._rows.items():
            self._show_row(field, option in task.options)

    def _show_sizes(self, own_px: int, chosen_px: int | None) -> None:
        self.working.clear()
        self.working.addItem(tr("{size} px (own)").format(size=own_px), None)
        for size in WORKING_SIZES:
            if size != own_px:
                self.working.addItem(tr("{size} px").format(size=size), size)
        index = self.working.findData(chosen_px)
        if index >= 0:
            self.working.setCurrentIndex(index)
        else:
            self.working.setEditText(tr("{size} px").format(size=chosen_px))
        self.working.lineEdit().setCursorPosition(0)

    def _show_targets(self, task: Task) -> None:
        if [self.target.itemData(i) for i in range(self.target.count())] != list(task.targets):
            texts = _target_texts()
            self.target.clear()
            for target in task.targets:
                self.target.addItem(texts[target], target)
            # beside its label where there is room for the longest text, else the form lays it below
            self.target.setMinimumWidth(self.target.sizeHint().width())

    def _add(self, option: Option, field: Any, text: str = "", *, buddy: Any = None) -> None:
        """text: before the field; a check box has its own. buddy: what of the field it names."""
        self._rows[option] = field
        if not text:
            self._form.addRow(field)
            return
        label = plain_label(text)
        label.setBuddy(buddy or field)
        (buddy or field).setAccessibleName(text)
        self._form.addRow(label, field)

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
    def _take_another(self, *_: Any) -> None:
        """Any but the one that is set."""
        further = 1 + secrets.randbelow(MOST_VARIANT)
        self.seed.setValue((self.seed.value() + further) % (MOST_VARIANT + 1))

    @guarded
    def _tell(self, option: Option, value: object) -> None:
        if not self._is_showing:
            changes: dict[str, Any] = {option: value}
            self._options = replace(self._options, **changes)
            self.changed.emit(self._options)


def _target_texts() -> dict[Target, str]:
    return {
        "new_layer": tr("New layer above"),
        "replace": tr("Replace the layer"),
        "in_place": tr("In place"),
    }


def _follows_tip(pack: PackEntry) -> str:
    if not pack.can_follow_map:
        return cannot_follow_text()
    return tr(
        "The selection's softness turns the dials down, so that the style itself fades; "
        "off, the finished result is only masked by it."
    )


def _beside(field: Any, button: Any) -> Any:
    """Both in one row."""
    row = QtWidgets.QWidget()
    line = QtWidgets.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(field, 1)
    line.addWidget(button)
    return row


def _pixel_box(name: str, tip: str) -> Any:
    box = QtWidgets.QSpinBox()
    box.setObjectName(name)
    box.setRange(0, MAX_GROW_PX)
    box.setSuffix(tr(" px"))
    box.setKeyboardTracking(False)
    box.setToolTip(plain_tip(tip))
    return box
