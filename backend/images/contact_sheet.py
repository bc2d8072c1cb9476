"""A contact sheet: pictures side by side, each with its label, under one title. Pillow only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT = (250, 249, 246), (28, 28, 30), (110, 110, 114)
ASPECT = 1.6  # width to height that the whole sheet comes close to: a wide screen's
SMALLEST_PX = 8  # of letters that can still be read
CUT = ".."
EMPTY_COST = 1.5  # of a sheet's empty share against its distance from ASPECT; chosen by eye
PLAIN_SIGNS = {
    "–": "-",
    "—": "-",
    "−": "-",
    "’": "'",
    "“": '"',
    "”": '"',
    "α": "alpha",
    "λ": "lambda",
}


@dataclass(frozen=True)
class Cell:
    """One picture, RGB, of the same size as its neighbours; label beneath it."""

    picture: Image.Image
    label: str


def contact_sheet(
    cells: Sequence[Cell], *, title: str, subtitle: str = "", columns: int | None = None
) -> Image.Image:
    """Lay out the cells in reading order, RGB. columns: None for as many as suit a screen. Raises
    ValueError without cells.
    """
    if not cells:
        raise ValueError("a contact sheet needs a picture")
    width, height = cells[0].picture.size
    text_px, gap, line = _measures(width, height)
    columns = columns or best_columns(len(cells), width + gap, height + gap + line)
    head = 2 * gap + round(1.5 * text_px) + (line if subtitle else 0)
    sheet_height, sheet_width = sheet_size(
        len(cells), (height, width), has_subtitle=bool(subtitle), columns=columns
    )
    sheet = Image.new("RGB", (sheet_width, sheet_height), PAPER)
    draw = ImageDraw.Draw(sheet)
    room = sheet_width - 2 * gap
    _write(draw, (gap, gap), title, px=round(1.5 * text_px), color=INK, room=room)
    if subtitle:
        _write(draw, (gap, gap + 2 * text_px), subtitle, px=text_px, color=FAINT, room=room)
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        left, top = gap + column * (width + gap), head + row * (height + line + gap)
        sheet.paste(cell.picture, (left, top))
        middle = (left + width // 2, top + height + line // 2)
        _write(draw, middle, cell.label, px=text_px, color=INK, room=width, anchor="mm")
    return sheet


def sheet_size(
    count: int, cell: tuple[int, int], *, has_subtitle: bool = True, columns: int | None = None
) -> tuple[int, int]:
    """The (height, width) of a sheet of so many pictures (height, width)."""
    height, width = cell
    text_px, gap, line = _measures(width, height)
    columns = columns or best_columns(count, width + gap, height + gap + line)
    rows = -(-count // columns)
    head = 2 * gap + round(1.5 * text_px) + (line if has_subtitle else 0)
    return head + rows * (height + line + gap), columns * (width + gap) + gap


def writable(text: str, otherwise: str) -> str:
    """The text in the letters that the sheet's font has, which are Latin ones without accents;
    `otherwise` where some cannot be put so.
    """
    for sign, plain in PLAIN_SIGNS.items():
        text = text.replace(sign, plain)
    decomposed = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return text if text.isascii() else otherwise


def best_columns(count: int, cell_width: int, cell_height: int) -> int:
    """How many columns bring the sheet closest to ASPECT without leaving a column empty."""

    def distance(columns: int) -> float:
        rows = -(-count // columns)
        ratio = columns * cell_width / (rows * cell_height) / ASPECT
        empty = (rows * columns - count) / count
        return max(ratio, 1 / ratio) + EMPTY_COST * empty

    return min(range(1, count + 1), key=distance)


def _measures(width: int, height: int) -> tuple[int, int, int]:
    """The size of letters, the gap between pictures, and the height of a label."""
    text_px = max(14, round(max(width, height) / 20))
    return text_px, text_px, round(1.6 * text_px)


def _write(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    *,
    px: int,
    color: tuple[int, int, int],
    room: int,
    anchor: str = "la",
) -> None:
    """Write one line, smaller or cut short where it would not fit into `room` pixels."""
    font = ImageFont.load_default(px)
    length = draw.textlength(text, font=font)
    if length > room:
        font = ImageFont.load_default(max(SMALLEST_PX, int(px * room / length)))
    while len(text) > len(CUT) and draw.textlength(text, font=font) > room:
        text = text.removesuffix(CUT)[:-1] + CUT
    draw.text(place, text, fill=color, font=font, anchor=anchor)
