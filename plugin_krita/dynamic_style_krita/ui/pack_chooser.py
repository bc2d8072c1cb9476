"""The packs with their thumbnails, and a box that searches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..plugin.pack_list import filter_packs
from ..plugin.translations import tr
from ..protocol.messages import PackEntry
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..safe_slots import guarded
from .labels import plain_label
from .tooltips import plain_tip

THUMBNAIL_PX = 56
_LEAST_CELL_PX = THUMBNAIL_PX + 14  # three of them in 250 px
_LEAST_COLUMNS = 2  # cells are no wider, so that a title's longest word may be cut
_TITLE_LINES = 3  # at most: “The Great Wave off Kanagawa”
_TITLE_SIZE = 0.85  # of the panel's font
_TITLE_MARGIN_PX = 6  # what Qt leaves free beside a title
_ROUNDED_PX = 2  # by which a text may be wider than Qt says
_SLACK_PX = 8  # what Qt leaves free beside the cells
_SEARCH_FROM = 2  # more packs than that are searched
_ID_ROLE = Qt.ItemDataRole.UserRole


class PackChooser(QtWidgets.QWidget):
    """chosen: a pack's id. dropped: the path of a file or folder to install."""

    chosen = Signal(str)
    dropped = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_packs")
        self.setAcceptDrops(True)
        self._packs: list[PackEntry] = []
        self._chosen = ""
        self._is_showing = False
        self._icons: dict[str, Any] = {}
        self._most_rows = 1
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.search = QtWidgets.QLineEdit()
        self.search.setObjectName("dynamic_style_pack_search")
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(tr("Search style packs"))
        self.search.setAccessibleName(tr("Search style packs"))
        self.search.textChanged.connect(self._on_searched)
        column.addWidget(self.search)
        self.list = _pack_list()
        self._cell = QtCore.QSize()
        self._fit_titles()
        self.list.currentItemChanged.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_clicked)
        column.addWidget(self.list)
        self._note = plain_label(name="dynamic_style_pack_note")
        self._note.setWordWrap(True)
        self._note.hide()
        column.addWidget(self._note)

    def show_packs(self, packs: Sequence[PackEntry], chosen: str) -> None:
        self._packs = list(packs)
        self._chosen = chosen
        self.search.setVisible(len(packs) > _SEARCH_FROM or bool(self.search.text()))
        self._fill()

    def icon_of(self, pack: PackEntry) -> Any:
        """Its picture as a QIcon; its first letter where there is none."""
        return self._icon(pack)

    def set_most_rows(self, rows: int) -> None:
        """Show so many rows at once; more are scrolled to."""
        if rows != self._most_rows:
            self._most_rows = rows
            self._fit_rows()
            self._select()

    def _fill(self) -> None:
        shown = filter_packs(self._packs, text=self.search.text())
        self._is_showing = True
        try:
            self.list.clear()
            self._fit_titles()
            for pack in shown:
                item = QtWidgets.QListWidgetItem(self._icon(pack), pack.title)
                item.setData(_ID_ROLE, pack.id)
                item.setToolTip(plain_tip(_description(pack)))
                item.setSizeHint(self._cell)
                self.list.addItem(item)
        finally:
            self._is_showing = False
        self._select()
        self._fit_rows()
        self._note.setVisible(bool(self._packs) and not shown)
        self._note.setText(tr("No pack has these words."))

    def _select(self) -> None:
        self._is_showing = True
        try:
            for row in range(self.list.count()):
                item = self.list.item(row)
                if item.data(_ID_ROLE) == self._chosen:
                    self.list.setCurrentItem(item)
                    self.list.scrollToItem(item)
                    return
            self.list.setCurrentRow(-1)
        finally:
            self._is_showing = False

    @guarded
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit_titles()
        self._fit_rows()

    def _fit_titles(self) -> None:
        """Cells with room for the longest word and the longest title of all packs, shown or not,
        up to a few lines.
        """
        metrics = QtGui.QFontMetrics(self.list.font())
        words = [word for pack in self._packs for word in pack.title.split()]
        widest = max((metrics.horizontalAdvance(word) for word in words), default=0)
        most = (self.width() - 2 * self.list.frameWidth() - _SLACK_PX) // _LEAST_COLUMNS
        width = max(_LEAST_CELL_PX, min(widest + _ROUNDED_PX + _TITLE_MARGIN_PX, most))
        room = QtCore.QRect(0, 0, width - _TITLE_MARGIN_PX, 1000)
        wrapped = int(Qt.TextFlag.TextWordWrap)
        heights = [metrics.boundingRect(room, wrapped, pack.title).height() for pack in self._packs]
        line_px = metrics.lineSpacing()
        title_px = min(_TITLE_LINES * line_px, max([line_px, *heights]))
        cell = QtCore.QSize(width, THUMBNAIL_PX + title_px + 8)
        if cell != self._cell:
            self._cell = cell
            self.list.setGridSize(cell)
            for row in range(self.list.count()):
                self.list.item(row).setSizeHint(cell)

    def _fit_rows(self) -> None:
        """As high as the rows that there are, and no higher than a few."""
        frame = 2 * self.list.frameWidth()
        columns = max(1, (self.width() - frame - _SLACK_PX) // self._cell.width())
        rows = min(self._most_rows, max(1, -(-self.list.count() // columns)))
        self.list.setFixedHeight(rows * self._cell.height() + frame)

    def _icon(self, pack: PackEntry) -> Any:
        if pack.sha256 not in self._icons:
            picture = _thumbnail(pack, self.devicePixelRatioF())
            icon = QtGui.QIcon(picture)
            icon.addPixmap(picture, QtGui.QIcon.Mode.Selected)  # else Qt would tint it
            self._icons[pack.sha256] = icon
        return self._icons[pack.sha256]

    @guarded
    def _on_searched(self, _text: str) -> None:
        self._fill()

    @guarded
    def _on_chosen(self, item: Any, _previous: Any) -> None:
        if not self._is_showing and item is not None:
            self.chosen.emit(str(item.data(_ID_ROLE)))

    @guarded
    def _on_clicked(self, item: Any) -> None:
        if str(item.data(_ID_ROLE)) == self._chosen:  # the list is to close all the same
            self.chosen.emit(self._chosen)

    @guarded
    def dragEnterEvent(self, event: Any) -> None:
        if _dropped_path(event):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: Any) -> None:
        path = _dropped_path(event)
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)


def _pack_list() -> Any:
    packs = QtWidgets.QListWidget()
    packs.setObjectName("dynamic_style_pack_list")
    packs.setAccessibleName(tr("Style packs"))
    packs.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
    packs.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
    packs.setMovement(QtWidgets.QListView.Movement.Static)
    packs.setIconSize(QtCore.QSize(THUMBNAIL_PX, THUMBNAIL_PX))
    font = packs.font()
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * _TITLE_SIZE)
    packs.setFont(font)
    packs.setWordWrap(True)
    packs.setUniformItemSizes(True)
    packs.setTextElideMode(Qt.TextElideMode.ElideRight)
    packs.setTabKeyNavigation(False)
    return packs


def _thumbnail(pack: PackEntry, pixel_ratio: float) -> Any:
    """The pack's picture, cut to a square; its first letter where there is none."""
    side = round(THUMBNAIL_PX * pixel_ratio)
    picture = QtGui.QPixmap()
    if pack.thumbnail is None or not picture.loadFromData(bytes(pack.thumbnail.data)):
        picture = QtGui.QPixmap(side, side)
        picture.fill(QtGui.QColor(110, 110, 120))
        painter = QtGui.QPainter(picture)
        painter.setPen(QtGui.QColor(240, 240, 240))
        font = painter.font()
        font.setPixelSize(side // 2)
        painter.setFont(font)
        option = QtGui.QTextOption(Qt.AlignmentFlag.AlignCenter)
        painter.drawText(QtCore.QRectF(picture.rect()), pack.title[:1], option)
        painter.end()
    picture = picture.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (picture.width() - side) // 2, (picture.height() - side) // 2
    picture = picture.copy(left, top, side, side)
    picture.setDevicePixelRatio(pixel_ratio)
    return picture


def _description(pack: PackEntry) -> str:
    lines = [pack.title, pack.summary, ", ".join(pack.authors)]
    lines.append(
        tr("version {version}, weights: {licence}").format(
            version=pack.version, licence=pack.licence
        )
    )
    return "\n".join(line for line in lines if line)


def _dropped_path(event: Any) -> str:
    """The local path that is being dropped, if it is just one."""
    urls = event.mimeData().urls()
    return str(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else ""
