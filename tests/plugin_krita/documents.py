"""Stand-ins for Krita's Document and Node, with the few methods that are asked about layers.

They stand for documents that the real Krita makes only with effort; that Krita answers like this is
tested in the real one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

_numbers = itertools.count()


@dataclass
class Text:
    text: str

    def toString(self) -> str:
        return self.text


@dataclass
class Rect:
    box: tuple[int, int, int, int]

    def x(self) -> int:
        return self.box[0]

    def y(self) -> int:
        return self.box[1]

    def width(self) -> int:
        return self.box[2]

    def height(self) -> int:
        return self.box[3]


@dataclass(eq=False)
class FakeNode:
    title: str = "Background"
    kind: str = "paintlayer"
    box: tuple[int, int, int, int] = (0, 0, 64, 48)
    children: list[FakeNode] = field(default_factory=list)
    is_visible: bool = True
    is_locked: bool = False
    is_animated: bool = False
    style: str = ""
    parent: FakeNode | None = None
    key: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or f"{{node-{next(_numbers)}}}"
        for child in self.children:
            child.parent = self

    def name(self) -> str:
        return self.title

    def type(self) -> str:
        return self.kind

    def bounds(self) -> Rect:
        return Rect(self.box)

    def childNodes(self) -> list[FakeNode]:
        return list(self.children)

    def parentNode(self) -> FakeNode | None:
        return self.parent

    def visible(self) -> bool:
        return self.is_visible

    def locked(self) -> bool:
        return self.is_locked

    def animated(self) -> bool:
        return self.is_animated

    def layerStyleToAsl(self) -> str:
        return self.style

    def uniqueId(self) -> Text:
        return Text(self.key)

    def colorModel(self) -> str:
        return "RGBA"

    def colorDepth(self) -> str:
        return "U8"

    def colorProfile(self) -> str:
        return "sRGB-elle-V2-srgbtrc.icc"


class FakeDocument:
    """layers: from bottom to top."""

    def __init__(self, *layers: FakeNode) -> None:
        self.root = FakeNode("root", "grouplayer", children=list(layers))
        self.annotations: dict[str, bytes] = {}

    def rootNode(self) -> FakeNode:
        return self.root

    def width(self) -> int:
        return 64

    def height(self) -> int:
        return 48

    def annotationTypes(self) -> list[str]:
        return list(self.annotations)

    def annotation(self, kind: str) -> bytes:
        return self.annotations[kind]

    def setAnnotation(self, kind: str, description: str, data: bytes) -> None:
        self.annotations[kind] = data
