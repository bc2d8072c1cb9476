"""One dial in the dialog: a slider with both ends labelled, a number to type, a reset, and a slider
for each of its blocks behind a fold.

A slider goes as far as pictures are still sound; marks on it show where the dial was trained, and
beyond them the row says so in words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...plugin.dial_model import DialModel
from ...plugin.texts.number_texts import decimal_text
from ...plugin.translations import tr
from .gtk import Gdk, Gtk, Pango
from .mnemonics import Mnemonics

STEP, PAGE = 0.01, 0.1  # arrow keys, and Page Up or a click beside the slider
DECIMALS = 2
_SAME = 0.5 * 10**-DECIMALS


class DialRow:
    """on_change: called after the user has changed the model, with whether the mouse is still
    dragging; after the end of a drag once more.
    """

    def __init__(
        self, model: DialModel, on_change: Callable[[bool], None], mnemonics: Mnemonics
    ) -> None:
        self.model = model
        self._on_change = on_change
        spec = model.spec
        self.widget = Gtk.Grid(column_spacing=6, row_spacing=0)
        self._main = _Slider(model.slider_range, self._turned, on_release=self._released)
        self._main.mark(spec.trained_range)
        self._main.name(
            tr("{title}, from {low} to {high}").format(
                title=spec.title, low=spec.label_low, high=spec.label_high
            )
        )
        self._main.on_double_click(self.reset)
        self._main.scale.set_name(f"dial-{spec.id}")
        self._main.number.set_name(f"number-{spec.id}")
        title = Gtk.Label.new_with_mnemonic(mnemonics.added_to(spec.title))
        title.set_mnemonic_widget(self._main.scale)
        title.set_xalign(0)
        title.set_hexpand(True)
        title.set_ellipsize(Pango.EllipsizeMode.END)
        title.set_tooltip_text(spec.title)
        self._reset = Gtk.Button.new_from_icon_name("edit-undo-symbolic", Gtk.IconSize.BUTTON)
        self._reset.set_name(f"reset-{spec.id}")
        self._reset.set_relief(Gtk.ReliefStyle.NONE)
        text = tr("Back to {number}").format(number=decimal_text(spec.default, 2))
        self._reset.set_tooltip_text(text)
        self._reset.get_accessible().set_name(f"{spec.title}: {text}")
        self._reset.connect("clicked", lambda _button: self.reset())
        self._beyond = _small(tr("beyond the trained range"), 0.5)
        self._beyond.get_style_context().add_class("dynamic-style-warning")
        self._beyond.set_no_show_all(True)
        self.widget.attach(title, 0, 0, 1, 1)
        self.widget.attach(self._main.number, 1, 0, 1, 1)
        self.widget.attach(self._reset, 2, 0, 1, 1)
        self.widget.attach(self._main.scale, 0, 1, 3, 1)
        self.widget.attach(self._ends(), 0, 2, 3, 1)
        self._taps: list[_Slider] = []
        if len(spec.taps) > 1:
            self.widget.attach(self._blocks(mnemonics), 0, 3, 3, 1)
        self.show()

    def reset(self) -> None:
        self.model.reset()
        self.show()
        self._on_change(False)

    def show(self) -> None:
        """Show what the model says."""
        self._main.set(self.model.alpha)
        for index, tap in enumerate(self._taps):
            tap.set(self.model.tap_alpha(index))
        self._reset.set_sensitive(not self.model.is_default)
        self._beyond.set_visible(self.model.is_extrapolated)

    def _turned(self, alpha: float, is_dragging: bool) -> None:
        self.model.set(alpha)
        self.show()
        self._on_change(is_dragging)

    def _tap_turned(self, index: int, alpha: float, is_dragging: bool) -> None:
        self.model.set_tap(index, alpha)
        self.show()
        self._on_change(is_dragging)

    def _released(self) -> None:
        self._on_change(False)

    def _ends(self) -> Gtk.Widget:
        ends = Gtk.Box(spacing=6)
        low, high = _small(self.model.spec.label_low, 0), _small(self.model.spec.label_high, 1)
        ends.pack_start(low, True, True, 0)
        ends.pack_start(self._beyond, False, False, 0)
        ends.pack_end(high, True, True, 0)
        return ends

    def _blocks(self, mnemonics: Mnemonics) -> Gtk.Widget:
        fold = Gtk.Expander(label=mnemonics.added_to(tr("Blocks one by one")), use_underline=True)
        fold.set_margin_top(4)
        fold.set_tooltip_text(
            tr(
                "Turn each block of this dial by itself; early ones change shapes, "
                "late ones colours and fine strokes"
            )
        )
        fold.get_accessible().set_name(
            tr("{title}: blocks one by one").format(title=self.model.spec.title)
        )
        grid = Gtk.Grid(column_spacing=6, margin_start=12)
        for index, tap in enumerate(self.model.spec.taps):
            slider = _Slider(
                self.model.slider_range,
                partial(self._tap_turned, index),
                on_release=self._released,
            )
            label = Gtk.Label(label=self.model.tap_title(index), xalign=0, tooltip_text=tap)
            slider.name(f"{self.model.spec.title}: {self.model.tap_title(index)}")
            slider.scale.set_hexpand(True)
            slider.scale.set_name(f"dial-{self.model.spec.id}-{index}")
            grid.attach(label, 0, index, 1, 1)
            grid.attach(slider.scale, 1, index, 1, 1)
            grid.attach(slider.number, 2, index, 1, 1)
            self._taps.append(slider)
        fold.add(grid)
        # GTK leaves what is folded away mapped: it would take the focus and clicks
        grid.show_all()
        grid.set_no_show_all(True)
        grid.hide()
        fold.connect("notify::expanded", lambda fold, _what: grid.set_visible(fold.get_expanded()))
        fold.set_expanded(not self.model.is_linked)
        return fold


class _Slider:
    """A scale and a spin button that show one number. on_turn: called with a number that the user
    has chosen and whether the mouse still holds the scale.
    """

    def __init__(
        self,
        span: tuple[float, float],
        on_turn: Callable[[float, bool], None],
        *,
        on_release: Callable[[], None],
    ) -> None:
        self._on_turn = on_turn
        self._on_release = on_release
        self._is_held = False
        self._is_showing = False
        low, high = span
        self._adjustment = Gtk.Adjustment(
            lower=low, upper=high, step_increment=STEP, page_increment=PAGE
        )
        self._adjustment.connect("value-changed", self._changed)
        self.scale = Gtk.Scale(
            adjustment=self._adjustment, draw_value=False, digits=DECIMALS, has_origin=False
        )
        self.scale.connect("button-press-event", self._pressed)
        self.scale.connect("button-release-event", self._let_go)
        self.scale.connect("scroll-event", _passed_on)
        self.number = Gtk.SpinButton(
            adjustment=self._adjustment, digits=DECIMALS, numeric=True, activates_default=True
        )
        self.number.set_width_chars(6)
        self.number.connect("scroll-event", _passed_on)
        self._double_click: Callable[[], None] | None = None

    def mark(self, trained: tuple[float, float]) -> None:
        """Ticks at the ends of the trained range, and at 0, where the dial does nothing."""
        for place in {*trained, 0.0}:
            self.scale.add_mark(place, Gtk.PositionType.BOTTOM, None)

    def name(self, text: str) -> None:
        self.scale.get_accessible().set_name(text)
        self.number.get_accessible().set_name(tr("{slider}, as a number").format(slider=text))

    def on_double_click(self, action: Callable[[], None]) -> None:
        self._double_click = action

    def set(self, number: float) -> None:
        self._is_showing = True
        if abs(self._adjustment.get_value() - number) > _SAME / 100:
            self._adjustment.set_value(number)
        self._is_showing = False

    def _changed(self, adjustment: Gtk.Adjustment) -> None:
        if not self._is_showing:
            self._on_turn(round(adjustment.get_value(), DECIMALS), self._is_held)

    def _pressed(self, _scale: Gtk.Scale, event: Gdk.EventButton) -> bool:
        if event.type == Gdk.EventType._2BUTTON_PRESS and self._double_click is not None:
            self._is_held = False
            self._double_click()
            return True
        self._is_held = event.type == Gdk.EventType.BUTTON_PRESS and event.button == 1
        return False

    def _let_go(self, _scale: Gtk.Scale, _event: Gdk.EventButton) -> bool:
        if self._is_held:
            self._is_held = False
            self._on_release()
        return False


def _small(text: str, xalign: float) -> Gtk.Label:
    label = Gtk.Label(label=text, xalign=xalign, ellipsize=Pango.EllipsizeMode.END)
    label.get_style_context().add_class("dynamic-style-small")
    return label


def _passed_on(widget: Gtk.Widget, event: Gdk.EventScroll) -> bool:
    """The wheel scrolls the list of dials; a slider under the pointer must not turn by it."""
    Gtk.Widget.stop_emission_by_name(widget, "scroll-event")
    parent = widget.get_ancestor(Gtk.ScrolledWindow)
    if parent is not None:
        parent.event(event)
    return True
