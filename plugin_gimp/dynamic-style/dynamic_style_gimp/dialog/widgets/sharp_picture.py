"""A picture whose pixels are the screen's, on screens where GTK counts several as one as well.

GTK draws a pixbuf's pixels as its own large ones. Through an icon's way it draws them one by one;
a surface, the usual way, needs the cairo binding for Python, which many systems lack.
"""

from __future__ import annotations

from .gtk import GdkPixbuf, Gtk


class SharpPicture(Gtk.Image):  # type: ignore[misc]  # gi has no types
    """As large as what it shows. Centred in what room it gets."""

    def __init__(self) -> None:
        self._size = (0, 0)  # in GTK's pixels
        super().__init__(halign=Gtk.Align.CENTER, valign=Gtk.Align.CENTER, xalign=0.0, yalign=0.0)

    def show_pixbuf(self, pixbuf: GdkPixbuf.Pixbuf) -> None:
        """Show it at one of the screen's pixels for each of its own."""
        scale = self.get_scale_factor()
        whole = _padded(pixbuf, scale)
        self._size = (whole.get_width() // scale, whole.get_height() // scale)
        if scale == 1:
            self.set_from_pixbuf(whole)
        else:
            self.set_from_gicon(whole, Gtk.IconSize.DIALOG)
            self.set_pixel_size(max(self._size))

    # An icon counts as a square. GTK asks in these three ways.

    def do_get_preferred_width(self) -> tuple[int, int]:
        return self._size[0], self._size[0]

    def do_get_preferred_height(self) -> tuple[int, int]:
        return self._size[1], self._size[1]

    def do_get_preferred_height_and_baseline_for_width(
        self, _width: int
    ) -> tuple[int, int, int, int]:
        return self._size[1], self._size[1], -1, -1


def _padded(pixbuf: GdkPixbuf.Pixbuf, scale: int) -> GdkPixbuf.Pixbuf:
    """With transparent pixels to the right and below, up to a multiple of scale."""
    width, height = pixbuf.get_width(), pixbuf.get_height()
    wide, high = (-(-side // scale) * scale for side in (width, height))
    if (wide, high) == (width, height):
        return pixbuf
    whole = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, True, 8, wide, high)
    whole.fill(0)
    pixbuf.copy_area(0, 0, width, height, whole, 0, 0)
    return whole
