"""A number between two ends: Krita's own slider where Krita lends it, else a slider and a box.

Both can be typed into, take arrow keys and the wheel, and go back to the default from the context
menu. A double click resets the plain slider; in Krita's own it begins to type, as everywhere there.
"""

from __future__ import annotations

from typing import Any

from ..plugin.translations import tr
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..safe_slots import guarded
from .tooltips import plain_tip
from .zero_mark import ZeroMark, handle_px, paint_slider

DECIMALS = 2
STEP = 0.01
PAGE_STEP = 0.1
_STEPS = round(1 / STEP)  # the slider's whole numbers for one unit
_TYPED = frozenset("0123456789.,-+")  # what numbers are written with
_KEYS = (QtCore.QEvent.Type.ShortcutOverride, QtCore.QEvent.Type.KeyPress)


class NumberSlider(QtWidgets.QWidget):
    """changed: the number, while it is dragged as well. settled: when a drag has ended."""

    changed = Signal(float)
    settled = Signal()
    reset_asked = Signal()

    def __init__(self, name: str, low: float, high: float, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._is_showing = False  # our own setValue is no wish of the user's
        self._native = _krita_slider(low, high)
        self._slider: Any = None
        self._line: Any = None
        if self._native is not None:
            self.box = self._native.widget()
            self._native.draggingFinished.connect(self._on_released)
        else:
            self._slider = _plain_slider(f"{name}_slider", low, high)
            self._slider.valueChanged.connect(self._on_slid)
            self._slider.sliderReleased.connect(self._on_released)
            row.addWidget(self._slider, 1)
            self.box = QtWidgets.QDoubleSpinBox()
            self.box.setRange(low, high)
            self.box.setDecimals(DECIMALS)
            self.box.setKeyboardTracking(False)
            self._line = self.box.lineEdit()
            self._line.installEventFilter(self)
        self.box.setObjectName(f"{name}_number")
        self.box.setSingleStep(STEP)
        self.box.valueChanged.connect(self._on_typed)
        row.addWidget(self.box, 0 if self._slider is not None else 1)
        self.setFocusProxy(self._slider or self.box)
        for widget in (self._slider, self.box):
            if widget is not None:
                widget.installEventFilter(self)
        self._zero = ZeroMark(self._slider or self.box, low, high)

    def set_value(self, value: float) -> None:
        """Show a number without telling it."""
        self._is_showing = True
        try:
            if abs(self.box.value() - value) > STEP / 10:  # else a number being typed would be cut
                (self._native or self.box).setValue(value)  # Krita's own forgets what was typed
            if self._slider is not None:
                self._slider.setValue(round(value * _STEPS))
        finally:
            self._is_showing = False

    def value(self) -> float:
        return float(self.box.value())

    def set_names(self, name: str, description: str) -> None:
        """What a screen reader says, and the tooltip, to which is added how to use this."""
        if self._native is not None:
            usage = tr("Double-click, or just type, to enter a number; right-click to reset.")
        else:
            usage = tr("Double-click the slider to reset, or right-click.")
        for widget in (self._slider, self.box):
            if widget is not None:
                widget.setAccessibleName(name)
                widget.setToolTip(plain_tip(f"{description}\n{usage}"))

    def set_marked(self, is_marked: bool) -> None:
        """Mark the number as extrapolated: in italics, besides what the dial says in words. Krita's
        own slider stays as it is, for a new font would end what is being typed into it.
        """
        if self._native is None:
            font = QtGui.QFont(self.font())
            font.setItalic(is_marked)
            self.box.setFont(font)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Reset at a double click on the slider, and from the context menu; type at once."""
        return bool(self._filtered(watched, event))

    @guarded
    def _filtered(self, watched: Any, event: Any) -> bool:
        kind = event.type()
        if watched is self._line:
            if kind != QtCore.QEvent.Type.MouseButtonDblClick:
                return False
            self.box.selectAll()  # else a double click takes what is before or after the point
            return True
        if kind == QtCore.QEvent.Type.MouseButtonDblClick and watched is self._slider:
            self.reset_asked.emit()
            return True
        if kind in _KEYS and watched is self.box and _is_typed(event):
            if kind == QtCore.QEvent.Type.ShortcutOverride:
                event.accept()  # else Krita would take 1 for its shortcut to zoom to 100 %
                return True
            if not self._is_typing:
                self._begin_typing()
        if kind == QtCore.QEvent.Type.ContextMenu and not (self._native and self._is_typing):
            self._show_menu(event.globalPos())
            return True
        if kind == QtCore.QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()  # scrolling the panel must not turn dials
            return True
        return False

    @property
    def _is_typing(self) -> bool:
        """Whether keys go into the number; Krita's own slider has to be told first."""
        line = self.box.findChild(QtWidgets.QLineEdit)
        return line is None or not line.isReadOnly()

    @guarded
    def _begin_typing(self, *_: Any) -> None:
        """Return tells Krita's own slider that a number is to be typed over the old one."""
        self.box.setFocus()
        key = QtGui.QKeyEvent(
            QtCore.QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier
        )
        QtWidgets.QApplication.sendEvent(self.box, key)

    def _show_menu(self, place: Any) -> None:
        menu = QtWidgets.QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName(f"{self.objectName()}_menu")
        if self._native is not None:
            begin = menu.addAction(tr("Type a Number"))
            # once the menu is gone, whose closing would end the typing
            begin.triggered.connect(lambda *_: QtCore.QTimer.singleShot(0, self._begin_typing))
        reset = menu.addAction(tr("Reset to Default"))
        reset.triggered.connect(lambda *_: self.reset_asked.emit())
        menu.popup(place)

    @guarded
    def _on_slid(self, steps: int) -> None:
        if not self._is_showing:
            self._tell(steps / _STEPS)

    @guarded
    def _on_typed(self, value: float) -> None:
        if not self._is_showing:
            self._tell(value)

    @guarded
    def _on_released(self, *_: Any) -> None:
        self.settled.emit()

    def _tell(self, value: float) -> None:
        self.set_value(value)
        self.changed.emit(value)


def _is_typed(event: Any) -> bool:
    """Whether a key event is a letter of a number. Shift counts: some keyboards need it for 1."""
    held = (
        Qt.KeyboardModifier.ControlModifier
        | Qt.KeyboardModifier.AltModifier
        | Qt.KeyboardModifier.MetaModifier
    )
    return event.text() in _TYPED and not event.modifiers() & held


def _krita_slider(low: float, high: float) -> Any:
    """Krita's DoubleSliderSpinBox, from Krita 5.3 on; else None."""
    try:
        from krita import DoubleSliderSpinBox
    except ImportError:
        return None
    slider = DoubleSliderSpinBox()
    if not callable(getattr(slider, "widget", None)) or slider.widget() is None:
        return None
    slider.setRange(low, high, DECIMALS)
    slider.setBlockUpdateSignalOnDrag(False)
    return slider


def _plain_slider(name: str, low: float, high: float) -> Any:
    slider = _ClickSlider(Qt.Orientation.Horizontal)
    slider.setObjectName(name)
    slider.setRange(round(low * _STEPS), round(high * _STEPS))
    slider.setSingleStep(1)
    slider.setPageStep(round(PAGE_STEP / STEP))
    slider.setMinimumWidth(60)
    return slider


class _ClickSlider(QtWidgets.QSlider):
    """Goes to where it is clicked, as Krita's own sliders do, rather than a page further."""

    @guarded
    def paintEvent(self, _event: Any) -> None:
        paint_slider(self)

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)
        super().mousePressEvent(event)

    @guarded
    def _go(self, event: Any) -> None:
        handle = handle_px(self)
        span = max(1, self.width() - handle)
        x = event.pos().x() - handle // 2
        value = QtWidgets.QStyle.sliderValueFromPosition(
            self.minimum(),
            self.maximum(),
            x,
            span,
            self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )
        self.setValue(value)
