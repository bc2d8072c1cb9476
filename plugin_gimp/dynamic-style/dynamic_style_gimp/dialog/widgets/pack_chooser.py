"""The list of style packs: thumbnail, title, what it is like; a search box once there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...plugin.errors.error_actions import message_for
from ...plugin.pack_list import filter_packs, pack_by_id
from ...plugin.translations import tr
from ...protocol.errors import error_class
from ...protocol.messages import BrokenPack, PackEntry, Picture
from .gtk import GdkPixbuf, Gio, GLib, Gtk, Pango
from .sharp_picture import SharpPicture

THUMBNAIL_PX = 48
SEARCH_FROM = 7  # packs; fewer are seen at a glance
_ROW_PX, _FRAME_PX = 58, 4
_MOST_ROWS = 3  # that are seen without scrolling


class PackChooser:
    """on_choose: called with a pack that the user has chosen. on_install: the button beside the
    heading, which has a mnemonic. likely: how many packs there will be, so that nothing moves when
    they come.
    """

    def __init__(
        self,
        on_choose: Callable[[PackEntry], None],
        on_install: Callable[[], None],
        *,
        heading: str,
        likely: int,
    ) -> None:
        self._on_choose = on_choose
        self._packs: tuple[PackEntry, ...] = ()
        self._broken: tuple[BrokenPack, ...] = ()
        self._chosen = ""
        self._is_filling = False
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._search = Gtk.SearchEntry(placeholder_text=tr("Search styles"), no_show_all=True)
        self._search.get_accessible().set_name(tr("Search styles"))
        self._search.connect("search-changed", lambda _entry: self._fill())
        self._list = Gtk.ListBox(selection_mode=Gtk.SelectionMode.BROWSE, name="packs")
        self._list.get_style_context().add_class("dynamic-style-packs")
        self._list.get_accessible().set_name(tr("Styles"))
        self._list.connect("row-selected", self._selected)
        self._none = Gtk.Label(margin=12, visible=True, wrap=True, name="no-packs")
        self._none.get_style_context().add_class("dim-label")
        self._list.set_placeholder(self._none)
        self._scrolled = Gtk.ScrolledWindow(
            hscrollbar_policy=Gtk.PolicyType.NEVER,
            shadow_type=Gtk.ShadowType.IN,
            overlay_scrolling=False,  # its bar says that there are more
        )
        self._scrolled.set_propagate_natural_height(True)
        self._scrolled.set_min_content_height(_ROW_PX + _FRAME_PX)
        self._make_room(likely)
        self._scrolled.add(self._list)
        title = Gtk.Label(label=heading, use_underline=True, xalign=0)
        title.set_mnemonic_widget(self._list)
        title.get_style_context().add_class("dynamic-style-heading")
        install = Gtk.Button(label=tr("_Install…"), use_underline=True)
        install.set_relief(Gtk.ReliefStyle.NONE)
        install.set_tooltip_text(tr("Install a style pack from a file"))
        install.connect("clicked", lambda _button: on_install())
        head = Gtk.Box(spacing=6)
        head.pack_start(title, True, True, 0)
        head.pack_end(install, False, False, 0)
        self.widget.pack_start(head, False, False, 0)
        self.widget.pack_start(self._search, False, False, 0)
        room = Gtk.Box()
        room.pack_start(self._scrolled, True, True, 0)
        room.connect("size-allocate", self._show_whole_rows)
        self.widget.pack_start(room, True, True, 0)

    @property
    def chosen(self) -> PackEntry | None:
        return pack_by_id(self._packs, self._chosen)

    def show(
        self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack], *, chosen: str
    ) -> None:
        """List these packs with one of them (an id) selected; on_choose is not called."""
        self._packs, self._broken, self._chosen = tuple(packs), tuple(broken), chosen
        self.say(tr("No style found") if packs else "")  # else the notice says why
        self._search.set_visible(len(packs) >= SEARCH_FROM)
        self._make_room(len(packs) + len(broken))
        self._fill()

    def say(self, text: str) -> None:
        """What stands in place of packs while none is known."""
        self._none.set_text(text)

    def focus_search(self) -> None:
        """Put the cursor where packs are looked for."""
        target = self._search if self._search.get_visible() else self._list
        target.grab_focus()

    def _make_room(self, packs: int) -> None:
        rows = min(max(1, packs), _MOST_ROWS)
        self._list.set_size_request(-1, _ROW_PX * rows)
        self._scrolled.set_max_content_height(_ROW_PX * rows + _FRAME_PX)

    def _show_whole_rows(self, *_allocated: object) -> None:
        """Where there is no room for all rows, leave out what would be a part of one."""
        first = self._list.get_row_at_index(0)
        seen_px = round(self._list.get_adjustment().get_page_size())
        row_px = 0 if first is None else first.get_preferred_height()[1]
        if 0 < row_px < seen_px and seen_px % row_px:
            place = self._scrolled.get_allocation()
            place.height -= seen_px % row_px
            self._scrolled.size_allocate(place)

    def _fill(self) -> None:
        """Rebuild the rows; the chosen pack stays chosen even where the search hides it."""
        self._is_filling = True
        for row in self._list.get_children():
            self._list.remove(row)
        for pack in filter_packs(self._packs, text=self._search.get_text()):
            row = _pack_row(pack)
            self._list.add(row)
            if pack.id == self._chosen:
                self._list.select_row(row)
                GLib.idle_add(_scroll_to, row)
        if not self._search.get_text():
            for broken in self._broken:
                self._list.add(_broken_row(broken))
        self._list.show_all()
        self._is_filling = False

    def _selected(self, _list: Gtk.ListBox, row: Gtk.ListBoxRow | None) -> None:
        if row is None or self._is_filling or row.pack_id == self._chosen:
            return
        self._chosen = row.pack_id
        pack = self.chosen
        if pack is not None:
            self._on_choose(pack)


def thumbnail(picture: Picture | None, size_px: int) -> GdkPixbuf.Pixbuf | None:
    """The picture at most size_px wide and high; None where GdkPixbuf cannot read it."""
    if picture is None:
        return None
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(bytes(picture.data)))
    try:
        return GdkPixbuf.Pixbuf.new_from_stream_at_scale(stream, size_px, size_px, True, None)
    except GLib.Error:  # WebP, on a system without its loader
        return None


def _pack_row(pack: PackEntry) -> Gtk.ListBoxRow:
    row = Gtk.ListBoxRow()
    row.pack_id = pack.id
    row.set_name(f"pack-{pack.id}")
    picture = SharpPicture()
    pixbuf = thumbnail(pack.thumbnail, THUMBNAIL_PX * picture.get_scale_factor())
    if pixbuf is None:
        picture = Gtk.Image.new_from_icon_name("image-missing", Gtk.IconSize.DND)
    else:
        picture.show_pixbuf(pixbuf)
    picture.set_size_request(THUMBNAIL_PX, THUMBNAIL_PX)
    row.add(_beside(picture, pack.title, pack.summary))
    row.set_tooltip_text(f"{pack.title} {pack.version}\n{pack.summary}")
    row.get_accessible().set_name(pack.title)
    row.get_accessible().set_description(pack.summary)
    return row


def _broken_row(pack: BrokenPack) -> Gtk.ListBoxRow:
    row = Gtk.ListBoxRow(selectable=False)
    row.pack_id = ""
    picture = Gtk.Image.new_from_icon_name("dialog-warning", Gtk.IconSize.DND)
    picture.set_size_request(THUMBNAIL_PX, THUMBNAIL_PX)
    why = message_for(error_class(pack.code)(pack.message))
    row.add(_beside(picture, pack.id, tr("Cannot be used: {why}").format(why=why)))
    row.set_tooltip_text(why)
    row.get_accessible().set_name(tr("{pack}, cannot be used").format(pack=pack.id))
    return row


def _beside(picture: Gtk.Widget, title: str, summary: str) -> Gtk.Widget:
    box = Gtk.Box(spacing=8, margin=3)
    texts = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, valign=Gtk.Align.CENTER)
    name = Gtk.Label(label=title, xalign=0, ellipsize=Pango.EllipsizeMode.END)
    about = Gtk.Label(
        label=summary, xalign=0, wrap=True, lines=2, ellipsize=Pango.EllipsizeMode.END
    )
    about.set_max_width_chars(20)
    about.get_style_context().add_class("dynamic-style-small")
    texts.pack_start(name, False, False, 0)
    texts.pack_start(about, False, False, 0)
    box.pack_start(picture, False, False, 0)
    box.pack_start(texts, True, True, 0)
    return box


def _scroll_to(row: Gtk.ListBoxRow) -> bool:
    """Bring a row into view without taking the focus."""
    viewport = row.get_ancestor(Gtk.ScrolledWindow)
    if viewport is not None and row.get_mapped():
        place = row.get_allocation()
        viewport.get_vadjustment().clamp_page(place.y, place.y + place.height)
    return False
