"""Which packs a chooser shows: those for a task, those that fit the words in the search box."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from ..protocol.messages import PackEntry


def filter_packs(
    packs: Iterable[PackEntry], *, text: str = "", task: str | None = None
) -> list[PackEntry]:
    """The packs of a task (None: of all) in which every word of text is found, whatever its case
    and accents: in the title, the id, the summary, the authors, or a dial's title and labels.
    """
    words = _plain(text).split()
    return [
        pack
        for pack in packs
        if task in (None, pack.task) and all(word in _searched(pack) for word in words)
    ]


def recent_first(packs: Iterable[PackEntry], recent: Sequence[str]) -> list[PackEntry]:
    """Packs in the order of recent (ids, the latest first), then the others: the fastest first, and
    as fast ones by title. So a panel that opens on the first one is as quick as it can be.
    """
    places = {pack_id: place for place, pack_id in enumerate(recent)}

    def place(pack: PackEntry) -> tuple[int, int, str, str]:
        slowness = pack.width * pack.working_size_px
        return (places.get(pack.id, len(places)), slowness, _plain(pack.title), pack.id)

    return sorted(packs, key=place)


def pack_by_id(packs: Iterable[PackEntry], pack_id: str) -> PackEntry | None:
    return next((pack for pack in packs if pack.id == pack_id), None)


def _searched(pack: PackEntry) -> str:
    texts = [pack.title, pack.id, pack.summary, *pack.authors]
    for dial in pack.dials:
        texts += [dial.title, dial.label_low, dial.label_high]
    return _plain("\n".join(texts))


def _plain(text: str) -> str:
    """Lower case without accents: what people type when they search."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
