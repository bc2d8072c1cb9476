"""Which pictures are open: Krita crashes when it is asked for anything of one that was closed."""

from __future__ import annotations

from krita import Krita

from .kinds import Document, Node


def is_open(document: Document) -> bool:
    return any(is_same(one, document) for one in Krita.instance().documents())


def is_same(one: Document | None, other: Document) -> bool:
    return bool(one is not None and one == other)


def active_layer() -> tuple[Document | None, Node | None]:
    """The active picture and its active layer, as far as there are any.

    Krita handles all events that wait before it tells the layer, and one of them may close the
    picture.
    """
    document = Krita.instance().activeDocument()
    node = None if document is None else document.activeNode()
    return (document, node) if document is None or is_open(document) else (None, None)
