"""Stands for the module `krita`: pictures, layers and selections in memory, with an undo history.

Only what the plug-in calls is here, and it answers as Krita does (tests/hosts asks the real one):
pixels outside a layer are zeros, an added layer becomes the active one, setPixelData and
annotations are no undo steps, and whoever touches a picture that was closed has crashed Krita.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .krita_frames import keyframes_in
from .krita_pixels import Plane, Rect, Selection, Text
from .krita_windows import Action, Window
from .qt_stand_in import QImage, nearest

SPACE = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
_numbers = itertools.count()


class KritaCrashed(BaseException):
    """What the real one does not survive; no handler of the plug-in's may catch it."""


@dataclass(eq=False)
class Node:
    """A layer or a mask; box: where it has pixels, transparent black at first."""

    title: str = "Background"
    kind: str = "paintlayer"
    box: tuple[int, int, int, int] = (0, 0, 64, 48)
    children: list[Node] = field(default_factory=list)
    is_visible: bool = True
    is_locked: bool = False
    is_animated: bool = False
    style: str = ""
    parent: Node | None = None
    key: str = ""
    document: Document | None = None
    looks: dict[str, Any] = field(default_factory=dict)  # opacity, label, ...
    frames: dict[int, Plane] = field(default_factory=dict)  # of an animated layer, by time

    def __post_init__(self) -> None:
        self.key = self.key or f"{{node-{next(_numbers)}}}"
        self.plane = Plane(1 if self.kind.endswith("mask") else 4, self.box)
        self.setChildNodes(self.children)

    def name(self) -> str:
        return self.title

    def setName(self, name: str) -> None:
        self.title = name

    def type(self) -> str:
        return self.kind

    def bounds(self) -> Rect:
        return Rect(self._plane_now().box)

    def childNodes(self) -> list[Node]:
        return list(self.children)

    def setChildNodes(self, nodes: list[Node]) -> None:
        self.children = list(nodes)
        for child in nodes:
            child.parent = self

    def addChildNode(self, child: Node, above: Node | None) -> bool:
        document = self._document()
        place = self.children.index(above) + 1 if above in self.children else len(self.children)
        document.step("Add Layer")
        self.children.insert(place, child)
        child.parent = self
        document.active = child.children[-1] if child.children else child
        return True

    def parentNode(self) -> Node | None:
        return self.parent

    def visible(self) -> bool:
        return self.is_visible

    def setVisible(self, is_visible: bool) -> None:
        self.is_visible = is_visible

    def locked(self) -> bool:
        return self.is_locked

    def animated(self) -> bool:
        return self.is_animated or bool(self.frames)

    def hasKeyframeAtTime(self, time: int) -> bool:
        return time in self.frames

    def pixelDataAtTime(self, x: int, y: int, width: int, height: int, time: int) -> bytes:
        """Of a keyframe alone, not of the frames that it is held for."""
        self._check_open()
        if time not in self.frames:
            return b""
        return self.frames[time].read(x, y, width, height).tobytes()

    def layerStyleToAsl(self) -> str:
        return self.style

    def uniqueId(self) -> Text:
        return Text(self.key)

    def colorModel(self) -> str:
        return SPACE[0]

    def colorDepth(self) -> str:
        return SPACE[1]

    def colorProfile(self) -> str:
        return SPACE[2]

    def pixelData(self, x: int, y: int, width: int, height: int) -> bytes:
        self._check_open()
        return self._plane_now().read(x, y, width, height).tobytes()

    projectionPixelData = pixelData

    def setPixelData(self, data: bytes, x: int, y: int, width: int, height: int) -> bool:
        self._check_open()
        self._plane_now().write(data, x, y, width, height)
        return True

    def _plane_now(self) -> Plane:
        if not self.frames:
            return self.plane
        top = self
        while top.document is None and top.parent is not None:
            top = top.parent
        now = 0 if top.document is None else top.document.time  # a duplicate is in no picture
        before = [time for time in self.frames if time <= now]
        return self.frames[max(before, default=min(self.frames))]

    def setSelection(self, shape: Selection) -> None:
        box = (shape.x(), shape.y(), shape.width(), shape.height())
        self.plane = Plane(1)
        self.plane.write(shape.pixelData(*box), *box)

    def selection(self) -> Selection:
        return Selection(self.plane.copy())

    def thumbnail(self, width: int, height: int) -> QImage:
        self._check_open()
        plane = self._plane_now()
        samples = plane.read(*plane.box)
        small = nearest(samples, width, height)
        return QImage(small.tobytes(), width, height, width * 4, QImage.Format.Format_ARGB32)

    def duplicate(self) -> Node:
        """Belongs to no picture, and has an id of its own."""
        masks = [child.duplicate() for child in self.children]
        other = Node(self.title, self.kind, children=masks, looks=dict(self.looks))
        other.plane = self.plane.copy()
        other.frames = {time: plane.copy() for time, plane in self.frames.items()}
        other.is_visible = self.is_visible
        return other

    def __getattr__(self, name: str) -> Any:
        """opacity(), setOpacity(), colorLabel() ...: what is copied from layer to layer."""
        known = ("opacity", "colorLabel", "alphaLocked", "inheritAlpha", "PinnedToTimeline")
        word = name.removeprefix("set").removeprefix("is")
        word = word[:1].lower() + word[1:] if word != "PinnedToTimeline" else word
        if word not in known:
            raise AttributeError(name)
        if name.startswith("set"):
            return lambda value: self.looks.__setitem__(word, value)
        return lambda: self.looks.get(word, 255 if word == "opacity" else 0)

    def _document(self) -> Document:
        node = self
        while node.document is None:
            assert node.parent is not None, f"{self.title} is in no picture"
            node = node.parent
        return node.document

    def _check_open(self) -> None:
        node: Node | None = self
        while node is not None and node.document is None:
            node = node.parent
        if node is not None and node.document is not None and node.document.is_closed:
            raise KritaCrashed(self.title)


class Document:
    """layers: from bottom to top; the topmost is active."""

    def __init__(self, *layers: Node, size: tuple[int, int] = (64, 48)) -> None:
        self.size = size
        self.root = Node("root", "grouplayer", children=list(layers), document=self)
        self.annotations: dict[str, bytes] = {}
        self.active: Node | None = layers[-1] if layers else None
        self.selected: Selection | None = None
        self.is_closed = self.is_modified = False
        self.time = 0
        self.playback = self.clip = (0, 100)
        self.history: list[tuple[str, list[Node]]] = []  # what was there before each step

    @property
    def steps(self) -> list[str]:
        """The names of all undo steps."""
        return [name for name, _ in self.history]

    @property
    def titles(self) -> list[str]:
        """Of the layers, from bottom to top."""
        return [node.title for node in self.root.children]

    def step(self, name: str) -> None:
        """Called before a change that can be undone."""
        self.history.append((name, list(self.root.children)))
        self.is_modified = True

    def undo(self) -> None:
        _, children = self.history.pop()
        self.root.setChildNodes(children)
        self.active = children[-1]

    def close(self) -> None:
        self.is_closed = True
        krita = Krita.instance()
        (krita.hidden if self in krita.hidden else krita.opened).remove(self)

    def rootNode(self) -> Node:
        return self.root

    def width(self) -> int:
        self._check_open()
        return self.size[0]

    def height(self) -> int:
        return self.size[1]

    def currentTime(self) -> int:
        self._check_open()
        return self.time

    def setCurrentTime(self, time: int) -> None:
        if time != self.time:
            self.step("Switch current time")
            self.time = time

    def playBackStartTime(self) -> int:
        return self.playback[0]

    def playBackEndTime(self) -> int:
        return self.playback[1]

    def fullClipRangeEndTime(self) -> int:
        return self.clip[1]

    def setBatchmode(self, is_batch: bool) -> None:
        pass

    def setModified(self, is_modified: bool) -> None:
        self.is_modified = is_modified

    def activeNode(self) -> Node | None:
        self._check_open()
        return self.active

    def _check_open(self) -> None:
        if self.is_closed:
            raise KritaCrashed("a closed picture was asked for something")

    def setActiveNode(self, node: Node) -> None:
        self.active = node

    def createNode(self, name: str, kind: str) -> Node:
        return Node(name, kind, box=(0, 0, 0, 0))

    def createTransparencyMask(self, name: str) -> Node:
        return Node(name, "transparencymask", box=(0, 0, 0, 0))

    def selection(self) -> Selection | None:
        return None if self.selected is None else self.selected.duplicate()

    def select(self, x: int, y: int, width: int, height: int, *, value: int = 255) -> None:
        self.selected = Selection()
        self.selected.setPixelData(bytes([value]) * (width * height), x, y, width, height)

    def waitForDone(self) -> None:
        pass

    def refreshProjection(self) -> None:
        pass

    def annotationTypes(self) -> list[str]:
        return list(self.annotations)

    def annotation(self, kind: str) -> bytes:
        return self.annotations[kind]

    def setAnnotation(self, kind: str, description: str, data: bytes) -> None:
        self.annotations[kind] = data


class Krita:
    """opened: the pictures; the last one is active."""

    _instance: Krita | None = None

    def __init__(self) -> None:
        self.opened: list[Document] = []
        self.is_batch = False
        self.hidden: list[Document] = []  # opened by a script, without a window
        self._actions = {
            "convert_to_paint_layer": Action(self._convert),
            "edit_undo": Action(lambda: self.opened[-1].undo()),
        }

    @classmethod
    def instance(cls) -> Krita:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def version(self) -> str:
        return "5.2.9"

    def documents(self) -> list[Document]:
        return [*self.opened, *self.hidden]

    def batchmode(self) -> bool:
        return self.is_batch

    def setBatchmode(self, is_batch: bool) -> None:
        self.is_batch = is_batch

    def openDocument(self, path: str) -> Document:
        """Of a file with one layer of empty keyframes."""
        assert self.is_batch, "Krita asks what is to be done about the missing profile"
        size, times = keyframes_in(path)
        layer = Node("frames", box=(0, 0, 0, 0), frames={time: Plane(4) for time in times})
        self.hidden.append(Document(layer, size=size))
        return self.hidden[-1]

    def activeDocument(self) -> Document | None:
        return self.opened[-1] if self.opened else None

    def activeWindow(self) -> Window:
        return Window()

    def action(self, name: str) -> Action:
        return self._actions[name]

    def _convert(self) -> None:
        """The active layer is exchanged for a paint layer with its pixels, as one step."""
        document = self.opened[-1]
        old = document.active
        assert old is not None and old.parent is not None
        document.step("Convert to Paint Layer")
        new = old.duplicate()
        new.kind = "paintlayer"
        place = old.parent.children.index(old)
        old.parent.children[place] = new
        new.parent = old.parent
        document.active = new


def photo(title: str = "Photo", *, seed: int = 1, size: tuple[int, int] = (64, 48)) -> Node:
    """A layer of any colours, all opaque."""
    node = Node(title, box=(0, 0, *size))
    samples = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4), np.uint8)
    samples[..., 3] = 255
    node.plane.write(samples.tobytes(), 0, 0, *size)
    return node


def clip(*times: int, size: tuple[int, int] = (64, 48)) -> Node:
    """An animated layer with a photo at each of these times."""
    drawn = [photo(seed=seed, size=size).plane for seed in range(len(times))]
    return Node("Clip", box=(0, 0, *size), frames=dict(zip(times, drawn, strict=True)))


def all_pixels(document: Document) -> Iterator[tuple[str, bytes]]:
    """(title, bytes) of every layer and keyframe, to compare before and after."""
    for node in document.root.children:
        for plane in (node.plane, *node.frames.values()):
            yield node.title, plane.samples.tobytes()
