"""What is always in sight: the chosen pack, which opens the chooser, and beside it, or in a narrow
docker below it, the tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..plugin.tasks.table import TASKS
from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from ..protocol.messages import PackEntry
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..safe_slots import guarded
from .tooltips import plain_tip

_ICON_PX = 18
_SPACING_PX = 2
_TITLE_PX = 130  # of the pack's button: so much of a title tells packs apart


class PackBar(QtWidgets.QWidget):
    """toggled: whether the chooser is to be open. task_chosen: a Task."""

    toggled = Signal(bool)
    task_chosen = Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_pack_bar")
        self._lines = QtWidgets.QBoxLayout(QtWidgets.QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(_SPACING_PX)
        self._button = _PackButton()
        self._button.clicked.connect(self._on_clicked)
        self._lines.addWidget(self._button, 1)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(_SPACING_PX)
        self._lines.addLayout(row)
        self._tasks: list[tuple[Task, Any]] = []
        for task in TASKS:
            words = task.words()
            button = QtWidgets.QToolButton()
            button.setObjectName(f"dynamic_style_task_{task.id}")
            button.setText(words.verb)
            button.setToolTip(plain_tip(words.tip))
            button.setAccessibleName(words.tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda *_, chosen=task: self._on_task(chosen))
            row.addWidget(button)
            self._tasks.append((task, button))
        row.addStretch()
        self._offered: tuple[Task, ...] = ()
        self._has_room = True

    def show_pack(self, pack: PackEntry | None, icon: Any) -> None:
        title = tr("Choose a style pack") if pack is None else pack.title
        self._button.show_title(title, icon)
        self._button.setAccessibleName(tr("Style pack: {title}").format(title=title))

    def show_open(self, is_open: bool) -> None:
        self._button.setChecked(is_open)

    def show_tasks(self, tasks: Sequence[Task], chosen: Task) -> None:
        """tasks: those that there are packs for."""
        self._offered = tuple(tasks) if len(tasks) > 1 else ()
        self._show_chosen(chosen)
        self._show_buttons()

    def set_room(self, has_room: bool, width: int) -> None:
        """Whether there is room for the tasks, and how wide the bar is or will be."""
        self._has_room = has_room
        self._show_buttons()
        shown = [button for task, button in self._tasks if task in self._offered]
        tasks = sum(button.sizeHint().width() + _SPACING_PX for button in shown)
        kinds = QtWidgets.QBoxLayout.Direction
        fits = not has_room or tasks + _TITLE_PX <= width
        self._lines.setDirection(kinds.LeftToRight if fits else kinds.TopToBottom)
        self._lines.invalidate()
        self.updateGeometry()  # now: whoever sets the room asks for the height next

    def _show_chosen(self, chosen: Task) -> None:
        for task, button in self._tasks:
            button.setChecked(task == chosen)

    def _show_buttons(self) -> None:
        for task, button in self._tasks:
            button.setVisible(task in self._offered and self._has_room)

    @guarded
    def _on_clicked(self, *_: Any) -> None:
        self.toggled.emit(self._button.isChecked())

    @guarded
    def _on_task(self, task: Task) -> None:
        self._show_chosen(task)  # a second click does not take it back
        self.task_chosen.emit(task)


class _PackButton(QtWidgets.QToolButton):
    """The pack's picture and title, cut where it is narrow, and an arrow."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self.setObjectName("dynamic_style_pack_button")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QtCore.QSize(_ICON_PX, _ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.toggled.connect(self._on_toggled)

    def show_title(self, title: str, icon: Any) -> None:
        self._title = title
        self.setToolTip(plain_tip(title))
        self.setIcon(icon)
        self._elide()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._elide()

    @guarded
    def _on_toggled(self, *_: Any) -> None:
        self._elide()

    @guarded
    def _elide(self) -> None:
        arrow = "▴" if self.isChecked() else "▾"
        metrics = QtGui.QFontMetrics(self.font())
        room = self.width() - _ICON_PX - 20 - metrics.horizontalAdvance(f" {arrow}")
        cut = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, max(10, room))
        self.setText(f"{cut} {arrow}".replace("&", "&&"))
