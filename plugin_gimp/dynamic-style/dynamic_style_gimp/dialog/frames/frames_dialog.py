"""Stylize Layers as Frames…: asks for the pack, how its dials move, and which layers. The run
happens while the dialog is open, so that it can be stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from gi.repository import Gimp

from ...layers.frame_layers import WhichLayers
from ...layers.frame_wishes import FrameWishes
from ...plugin.errors.error_actions import Remedy, beside_the_panel
from ...plugin.texts.number_texts import short_text
from ...plugin.translations import tr
from ...protocol.animation.alpha_keys import HOLD, LINEAR, SMOOTH
from ...protocol.errors import UsageError
from ...protocol.messages import PackEntry
from ..help import show_help
from ..widgets.css import add_look
from ..widgets.gtk import GimpUi, Gtk
from ..widgets.info_bar import Notice
from .frames_session import FramesMade, FramesSession

_WIDTH_PX = 460
_KEEP = 1  # a response
_SELECTED: WhichLayers = "selected"


def run_frames_dialog(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], wishes: FrameWishes
) -> FramesMade | None:
    """Until all frames are made, or as many as are to be kept; None after Cancel. wishes: what to
    begin with.
    """
    GimpUi.init("dynamic-style")
    add_look()
    dialog = _FramesDialog(image, drawables, wishes)
    try:
        return dialog.run()
    finally:
        dialog.close()


class _FramesDialog:
    """A FramesView."""

    def __init__(
        self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], wishes: FrameWishes
    ) -> None:
        self._session = FramesSession(self, image, drawables, wishes)
        self._packs: list[PackEntry] = []
        self._dialog = GimpUi.Dialog(
            title=tr("Stylize Layers as Frames"), role="dynamic-style-frames", use_header_bar=0
        )
        self._dialog.add_button(tr("_Help"), Gtk.ResponseType.HELP)
        self._keep = self._dialog.add_button(tr("Sto_p and Keep"), _KEEP)
        self._keep.set_tooltip_text(tr("Stop, and put the frames that are done into the image"))
        self._dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
        self._dialog.add_button(tr("_Stylize"), Gtk.ResponseType.OK)
        self._dialog.set_default_response(Gtk.ResponseType.OK)
        self._dialog.set_default_size(_WIDTH_PX, -1)
        self._dialog.connect("response", self._responded)
        self._dialog.connect("delete-event", lambda _dialog, _event: self._session.cancel())
        GimpUi.window_set_transient(self._dialog)
        self._notice = Notice(self._session.retry, self._session.diagnostics)
        self._form = self._make_form(wishes)
        self._about = Gtk.Label(name="frames-dials", xalign=0, wrap=True, max_width_chars=56)
        self._about.get_style_context().add_class("dynamic-style-small")
        self._bar = Gtk.ProgressBar(name="frames-progress", show_text=True, text="")
        content = self._dialog.get_content_area()
        content.set_spacing(10)
        content.set_border_width(12)
        intro = tr(
            "Each of the image's {count} layers is a frame; the lowest is frame 0. They are "
            "changed in place, in one undo step."
        ).format(count=len(image.get_layers()))
        about = Gtk.Label(label=intro, xalign=0, wrap=True, max_width_chars=56)
        for widget in (self._notice.widget, about, self._form, self._about, self._bar):
            content.pack_start(widget, False, False, 0)

    def run(self) -> FramesMade | None:
        self._dialog.show_all()
        self._session.open()
        Gimp.progress_end()  # GIMP's bar has said that the dialog would come
        GimpUi.Dialog.run(self._dialog)
        return self._session.made

    def close(self) -> None:
        self._session.close()
        self._dialog.destroy()

    # -- what the session has shown --------------------------------------------------------------

    def show_packs(self, packs: Sequence[PackEntry], *, chosen: str) -> None:
        self._packs = list(packs)
        self._pack.remove_all()
        for pack in packs:
            self._pack.append(pack.id, pack.title)
        self._pack.set_active_id(chosen or None)

    def show_progress(self, fraction: float | None, text: str) -> None:
        self._bar.set_fraction(fraction or 0.0)
        self._bar.set_text(text)

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        self._form.set_sensitive(not is_busy)
        self._keep.set_sensitive(is_busy)
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, has_pack and not is_busy)

    def show_error(self, text: str, remedy: Remedy) -> None:
        self._notice.show_error(*beside_the_panel(text, remedy))

    def show_hint(self, text: str) -> None:
        self._notice.show_hint(text)

    def hide_notice(self) -> None:
        self._notice.hide()

    def end(self) -> None:
        self._dialog.response(Gtk.ResponseType.ACCEPT)

    # -- the form --------------------------------------------------------------------------------

    def _make_form(self, wishes: FrameWishes) -> Gtk.Grid:
        self._pack = Gtk.ComboBoxText(name="frames-pack", hexpand=True)
        self._pack.connect("changed", self._on_pack)
        self._alpha = Gtk.Entry(
            name="frames-alpha",
            text=wishes.alpha,
            placeholder_text="0=0.1,24=0.9",
            activates_default=True,
        )
        self._alpha.connect("changed", lambda _entry: self._notice.hide())
        self._alpha.set_tooltip_text(
            tr(
                "frame=alpha, with commas between: 0=0.1,24=0.9 moves the first dial. One number "
                "leaves it there. With names: strength=0=0.1,24=0.9,wave=0.3. Empty: as the style "
                "begins."
            )
        )
        self._ease = Gtk.ComboBoxText(name="frames-ease")
        texts = ((LINEAR, tr("evenly")), (SMOOTH, tr("smoothly")), (HOLD, tr("by a leap")))
        for ease, text in texts:
            self._ease.append(ease, text)
        self._ease.set_active_id(wishes.ease)
        self._layers = Gtk.ComboBoxText(name="frames-layers")
        self._layers.append("all", tr("All layers"))
        self._layers.append(_SELECTED, tr("Selected layers"))
        self._layers.set_active_id(wishes.layers)
        self._scale = Gtk.Entry(
            name="frames-scale",
            text=wishes.scale,
            placeholder_text=tr("the style's own"),
            activates_default=True,
        )
        self._scale.set_tooltip_text(
            tr(
                "Pixels of the longer side that the net sees, such as 1024, or 50%, or full. "
                "Smaller is faster and paints coarser strokes"
            )
        )
        self._color = Gtk.CheckButton(
            label=tr("_Keep the layers' colours"),
            use_underline=True,
            active=wishes.preserve_color,
            name="frames-color",
        )
        grid = Gtk.Grid(row_spacing=6, column_spacing=12)
        rows = (
            (tr("St_yle"), self._pack),
            (tr("_Alpha over frames"), self._alpha),
            (tr("_Between keys"), self._ease),
            (tr("_Layers"), self._layers),
            (tr("_Working size"), self._scale),
        )
        for row, (text, widget) in enumerate(rows):
            label = Gtk.Label(label=text, use_underline=True, xalign=0)
            label.set_mnemonic_widget(widget)
            grid.attach(label, 0, row, 1, 1)
            grid.attach(widget, 1, row, 1, 1)
        grid.attach(self._color, 1, len(rows), 1, 1)
        return grid

    def _on_pack(self, _box: Gtk.ComboBoxText) -> None:
        chosen = self._pack.get_active_id()
        dials = [dial for pack in self._packs if pack.id == chosen for dial in pack.dials]
        parts = [
            tr("{dial} from {low} to {high}").format(
                dial=dial.id,
                low=short_text(dial.trained_range[0]),
                high=short_text(dial.trained_range[1]),
            )
            for dial in dials
        ]
        self._about.set_text(tr("Dials: {dials}.").format(dials=", ".join(parts)) if parts else "")

    def _wishes(self) -> FrameWishes:
        return FrameWishes(
            pack=self._pack.get_active_id() or "",
            alpha=self._alpha.get_text().strip(),
            ease=self._ease.get_active_id(),
            layers=_SELECTED if self._layers.get_active_id() == _SELECTED else "all",
            scale=self._scale.get_text().strip(),
            preserve_color=self._color.get_active(),
        )

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        if response == Gtk.ResponseType.OK:
            dialog.stop_emission_by_name("response")
            self._session.run(self._wishes())
        elif response == _KEEP:
            dialog.stop_emission_by_name("response")
            self._session.keep()
        elif response == Gtk.ResponseType.HELP:
            dialog.stop_emission_by_name("response")
            with suppress(UsageError):
                show_help(dialog)
        elif response != Gtk.ResponseType.ACCEPT and self._session.cancel():
            dialog.stop_emission_by_name("response")
