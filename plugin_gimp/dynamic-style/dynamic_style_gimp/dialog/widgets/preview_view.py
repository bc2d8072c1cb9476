"""The picture in the dialog: after, before, or both at a split line; to fit, zoomed, moved about.

Composed with GdkPixbuf alone: the cairo binding for Python is missing on many systems.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ...plugin.previews.view_geometry import ViewGeometry
from ...plugin.translations import tr
from ...protocol.pixels import Pixels
from .gtk import Gdk, GdkPixbuf, GLib, Gtk
from .sharp_picture import SharpPicture

Show = Literal["after", "split", "before"]

LEAST_WIDTH_PX, LEAST_HEIGHT_PX = 320, 160
_CHECK_PX, _CHECK_LIGHT, _CHECK_DARK = 8, 0x999999, 0x666666  # behind what is transparent
_LINE = 0xFFFFFFFF
_LINE_EDGE = 0x000000FF
_ARROW_STEP = 0.02  # of the view's width
_NEAR_LINE_PX = 12


class PreviewView:
    """on_view: called when the zoom or the window has changed, so that another number of pixels may
    be needed.
    """

    def __init__(self, on_view: Callable[[], None]) -> None:
        self._geometry = ViewGeometry((1, 1))
        self._on_view = on_view
        self._before: GdkPixbuf.Pixbuf | None = None
        self._after: GdkPixbuf.Pixbuf | None = None
        self._show: Show = "after"
        self._split = 0.5  # of the shown part's width
        self._grip: tuple[str, float, float] | None = None
        self._image = SharpPicture()
        self._events = Gtk.EventBox(can_focus=True, name="preview")
        self._events.add(self._image)
        self._events.get_accessible().set_name(tr("Preview"))
        self._events.add_events(
            Gdk.EventMask.BUTTON_MOTION_MASK
            | Gdk.EventMask.SCROLL_MASK
            | Gdk.EventMask.SMOOTH_SCROLL_MASK
        )
        for signal, handler in (
            ("button-press-event", self._pressed),
            ("motion-notify-event", self._moved),
            ("button-release-event", self._let_go),
            ("scroll-event", self._scrolled),
            ("key-press-event", self._key),
        ):
            self._events.connect(signal, handler)
        window = Gtk.ScrolledWindow(
            hscrollbar_policy=Gtk.PolicyType.EXTERNAL,
            vscrollbar_policy=Gtk.PolicyType.EXTERNAL,
            shadow_type=Gtk.ShadowType.IN,
        )
        window.set_size_request(LEAST_WIDTH_PX, LEAST_HEIGHT_PX)
        window.add(self._events)
        window.connect("size-allocate", self._resized)
        window.connect("notify::scale-factor", lambda window, _what: window.queue_resize())
        self._percent = Gtk.Label(width_chars=6)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self.widget.pack_start(window, True, True, 0)
        self.widget.pack_start(self._tools(), False, False, 0)

    @property
    def needed_long_side_px(self) -> int:
        """How many pixels the whole layer's longer side covers at the present zoom."""
        return self._geometry.long_side_px

    def show_part(self, size: tuple[int, int], before: Pixels) -> None:
        """Show this part of the layer, of which there is no result yet. size: (width, height) in
        the layer's pixels.
        """
        self._geometry.show(size)
        self._after = None
        self.set_before(before)

    def set_before(self, pixels: Pixels) -> None:
        self._before = pixbuf_of(pixels)
        self._draw()

    def set_after(self, pixels: Pixels) -> None:
        self._after = pixbuf_of(pixels)
        self._draw()

    def describe(self, text: str) -> None:
        """Say to screen readers what is seen."""
        self._events.get_accessible().set_description(text)

    # -- what the user does ----------------------------------------------------------------------

    def _tools(self) -> Gtk.Widget:
        tools = Gtk.Box(spacing=6)
        shows = Gtk.Box()
        shows.get_style_context().add_class("linked")
        shows.get_style_context().add_class("dynamic-style-shows")
        first: Gtk.RadioButton | None = None
        for show, text, tip in (
            ("after", tr("_After"), tr("Show the result")),
            ("split", tr("_Split"), tr("Show before and after, at a line that can be dragged")),
            ("before", tr("_Before"), tr("Show the layer as it is")),
        ):
            button = Gtk.RadioButton.new_with_mnemonic_from_widget(first, text)
            first = first or button
            button.set_mode(False)
            button.set_tooltip_text(tip)
            button.connect("toggled", self._chose, show)
            shows.pack_start(button, False, False, 0)
        tools.pack_start(shows, False, False, 0)
        zooms = Gtk.Box()
        zooms.get_style_context().add_class("linked")
        for icon, text, tip, action in (
            ("zoom-out-symbolic", "", tr("Zoom out"), lambda: self._zoom_by(0.5)),
            ("", tr("_Fit"), tr("Show all of it"), lambda: self._zoom_to(None)),
            (
                "",
                tr("_1:1"),
                tr("One pixel of the layer is one of the screen"),
                lambda: self._zoom_to(1.0),
            ),
            ("zoom-in-symbolic", "", tr("Zoom in"), lambda: self._zoom_by(2.0)),
        ):
            if icon:
                button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
            else:
                button = Gtk.Button.new_with_mnemonic(text)
            button.set_tooltip_text(tip)
            button.get_accessible().set_name(tip)
            button.connect("clicked", lambda _button, action=action: action())
            zooms.pack_start(button, False, False, 0)
        tools.pack_end(zooms, False, False, 0)
        tools.pack_end(self._percent, False, False, 0)
        return tools

    def _chose(self, button: Gtk.RadioButton, show: Show) -> None:
        if button.get_active():
            self._show = show
            self._draw()

    def _zoom_by(self, factor: float, at: tuple[float, float] | None = None) -> None:
        self._geometry.zoom_by(factor, at=at)
        self._draw()
        self._on_view()

    def _zoom_to(self, zoom: float | None) -> None:
        self._geometry.zoom_to(zoom)
        self._draw()
        self._on_view()

    def _resized(self, _window: Gtk.Widget, place: Gdk.Rectangle) -> None:
        inside = (place.width - 2, place.height - 2)  # the frame's lines
        if self._geometry.resize((inside[0] * self._scale, inside[1] * self._scale)):
            GLib.idle_add(self._resize_done, priority=GLib.PRIORITY_HIGH_IDLE)

    def _resize_done(self) -> bool:
        self._draw()
        self._on_view()
        return False

    def _pressed(self, _box: Gtk.Widget, event: Gdk.EventButton) -> bool:
        self._events.grab_focus()
        if event.button != 1 or event.type != Gdk.EventType.BUTTON_PRESS:
            return False
        is_zoomed = self._geometry.is_cut
        away = abs(self._inside(event.x) - self._split) * self._geometry.shown[0]
        near = away < _NEAR_LINE_PX * self._scale
        if self._show == "split" and (near or not is_zoomed):
            self._grip = ("line", event.x, event.y)
            self._move_line(self._inside(event.x))
        elif is_zoomed:
            self._grip = ("picture", event.x, event.y)
        return True

    def _moved(self, _box: Gtk.Widget, event: Gdk.EventMotion) -> bool:
        if self._grip is None:
            return False
        what, x, y = self._grip
        if what == "line":
            self._move_line(self._inside(event.x))
        else:
            self._geometry.move_by((x - event.x) * self._scale, (y - event.y) * self._scale)
            self._grip = (what, event.x, event.y)
            self._draw()
        return True

    def _let_go(self, _box: Gtk.Widget, _event: Gdk.EventButton) -> bool:
        self._grip = None
        return False

    def _scrolled(self, _box: Gtk.Widget, event: Gdk.EventScroll) -> bool:
        has_delta, _dx, dy = event.get_scroll_deltas()
        if not has_delta:
            dy = {Gdk.ScrollDirection.UP: -1.0, Gdk.ScrollDirection.DOWN: 1.0}.get(
                event.direction, 0.0
            )
        if dy:
            left, top = self._geometry.origin
            at = (event.x * self._scale - left, event.y * self._scale - top)
            self._zoom_by(2.0 ** (-dy / 2), at=at)
        return True

    def _key(self, _box: Gtk.Widget, event: Gdk.EventKey) -> bool:
        name = Gdk.keyval_name(event.keyval) or ""
        steps = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
        if name in ("plus", "KP_Add", "equal"):
            self._zoom_by(2.0)
        elif name in ("minus", "KP_Subtract"):
            self._zoom_by(0.5)
        elif name in ("Left", "Right") and self._show == "split":
            self._move_line(self._split + steps[name][0] * _ARROW_STEP)
        elif name in steps and self._geometry.is_cut:
            width, height = self._geometry.shown
            self._geometry.move_by(steps[name][0] * width / 10, steps[name][1] * height / 10)
            self._draw()
        else:
            return False
        return True

    @property
    def _scale(self) -> int:
        """How many of the screen's pixels GTK counts as one. The geometry has the screen's."""
        return int(self._image.get_scale_factor())

    def _inside(self, x: float) -> float:
        """A place in the event box as a part of the shown picture's width."""
        return (x * self._scale - self._geometry.origin[0]) / max(1, self._geometry.shown[0])

    def _move_line(self, split: float) -> None:
        self._split = min(1.0, max(0.0, split))
        self._draw()

    # -- what is drawn ---------------------------------------------------------------------------

    def _draw(self) -> None:
        self._percent.set_text(f"{self._geometry.scale * 100:.0f} %")
        after = self._after or self._before
        first = self._before if self._show == "before" else after
        if first is None or self._geometry.is_empty:
            return
        shown = self._part(first)
        if self._show == "split" and self._before is not None:
            width, height = shown.get_width(), shown.get_height()
            x = round(self._split * width)
            if x > 0:
                self._part(self._before).copy_area(0, 0, x, height, shown, 0, 0)
            _draw_line(shown, x)
        self._image.show_pixbuf(shown)

    def _part(self, pixbuf: GdkPixbuf.Pixbuf) -> GdkPixbuf.Pixbuf:
        """What the view shows of the layer, from a picture of it in whatever size."""
        width, height = self._geometry.shown
        left, top = self._geometry.hidden
        layer_width, layer_height = self._geometry.size
        scale_x = self._geometry.scale * layer_width / pixbuf.get_width()
        scale_y = self._geometry.scale * layer_height / pixbuf.get_height()
        is_enlarged = scale_x > 2 and pixbuf.get_width() >= layer_width
        how = GdkPixbuf.InterpType.NEAREST if is_enlarged else GdkPixbuf.InterpType.BILINEAR
        part = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, width, height)
        checks = (0, 0, _CHECK_PX, _CHECK_LIGHT, _CHECK_DARK)
        place = (0, 0, width, height, -left, -top, scale_x, scale_y)
        pixbuf.composite_color(part, *place, how, 255, *checks)
        return part


def pixbuf_of(pixels: Pixels) -> GdkPixbuf.Pixbuf:
    """A copy of pixels in the layouts rgba or rgb, u8, sRGB."""
    data = GLib.Bytes.new(bytes(pixels.data))
    has_alpha = pixels.layout == "rgba"
    form = (GdkPixbuf.Colorspace.RGB, has_alpha, 8)
    return GdkPixbuf.Pixbuf.new_from_bytes(data, *form, pixels.width, pixels.height, pixels.stride)


def _draw_line(pixbuf: GdkPixbuf.Pixbuf, x: int) -> None:
    width, height = pixbuf.get_width(), pixbuf.get_height()
    for left, color in ((x - 2, _LINE_EDGE), (x - 1, _LINE), (x, _LINE), (x + 1, _LINE_EDGE)):
        if 0 <= left < width:
            pixbuf.new_subpixbuf(left, 0, 1, height).fill(color)
