"""What can be stylized in Krita, and where the result can go.

Paint layers give their own pixels. Everything else that shows something - groups, vector, file,
clone and fill layers - gives what it shows, and can be replaced but not changed in place. Texts
for the user are made here, so that the panel, the menu and the errors say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..plugin.hole_context import Box
from ..plugin.recipe import Target
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .color_spaces import ColorSpace

Node = Any  # krita.Node
Document = Any  # krita.Document

# What shows pixels that it does not hold itself.
_SHOWN = {
    "grouplayer": "The result is made from what the group shows.",
    "vectorlayer": "The result is made from what the vector layer shows; its shapes stay.",
    "filelayer": "The result is made from what the file layer shows; its file stays.",
    "clonelayer": "The result is made from what the clone layer shows.",
    "filllayer": "The result is made from what the fill layer shows.",
}
_IN_PLACE_ELSEWHERE = {
    "grouplayer": "A group has no pixels of its own to change in place.",
    "vectorlayer": "A vector layer has no pixels to change in place.",
    "filelayer": "A file layer's pixels belong to its file.",
    "clonelayer": "A clone layer's pixels belong to its source.",
    "filllayer": "A fill layer has no pixels to change in place.",
}


@dataclass(frozen=True)
class LayerUse:
    """A layer that can be stylized.

    node: the layer; not the mask on it that may have been selected. bounds: of its pixels, in the
    document's; may reach beyond the canvas. shows_only: read what it shows, for it has no pixels of
    its own, or masks change them. refused: targets that are not to be had, and why. notes: what the
    user should know before starting.
    """

    node: Node
    bounds: Box
    space: ColorSpace
    shows_only: bool
    refused: Mapping[Target, str]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.node.name())

    def check(self, target: Target) -> None:
        """Raises UsageError when this target is not to be had, saying why and what to do."""
        if target in self.refused:
            raise UsageError(
                f"{self.refused[target]} " + tr("Choose another place for the result.")
            )


def layer_use(document: Document | None, node: Node | None) -> LayerUse:
    """What can be done with the selected node. Raises UsageError with what to do instead.

    A mask stands for the layer on which it lies.
    """
    if document is None:
        raise UsageError(tr("No picture is open. Open one, or make a new one."))
    if node is None:
        raise UsageError(tr("No layer is selected. Select the layer to stylize."))
    node = layer_of(node)
    kind = node.type()
    is_root = node.parentNode() is None  # where the global selection mask lies
    if is_root or (kind != "paintlayer" and kind not in _SHOWN):
        raise UsageError(_no_pixels(node))
    shows_only = kind != "paintlayer" or _is_changed_by_masks(node)
    if kind != "paintlayer" and not node.visible():
        raise UsageError(
            tr("“{name}” is hidden, so Krita does not paint it. Show it first.").format(
                name=node.name()
            )
        )
    bounds = _bounds(document, node, is_clipped=shows_only)
    if bounds.is_empty:
        raise UsageError(
            tr("“{name}” is empty. Paint something, or select another layer.").format(
                name=node.name()
            )
        )
    return LayerUse(node, bounds, space_of(node), shows_only, _refused(node), _notes(node))


def layer_of(node: Node) -> Node:
    """The layer on which a mask lies; a layer itself."""
    return node.parentNode() if node.type().endswith("mask") else node


def space_of(node_or_document: Any) -> ColorSpace:
    thing = node_or_document
    return ColorSpace(thing.colorModel(), thing.colorDepth(), thing.colorProfile())


def node_id(node: Node) -> str:
    """What stays the same while a layer is renamed, moved, saved and loaded; copies get another."""
    return str(node.uniqueId().toString())


def all_nodes(document: Document) -> Iterator[Node]:
    """Every layer and mask, the topmost first."""
    pending = list(document.rootNode().childNodes())
    while pending:
        node = pending.pop()
        yield node
        pending.extend(node.childNodes())


def masks_of(node: Node) -> list[Node]:
    """The masks on a layer, from bottom to top."""
    return [child for child in node.childNodes() if child.type().endswith("mask")]


def has_style(node: Node) -> bool:
    """Whether the layer has a layer style such as a drop shadow."""
    return bool(node.layerStyleToAsl())


def _bounds(document: Document, node: Node, *, is_clipped: bool) -> Box:
    rect = node.bounds()
    box = Box(rect.x(), rect.y(), rect.width(), rect.height())
    if is_clipped:  # Krita works out what layers show on the canvas alone
        box = box.intersected(Box(0, 0, document.width(), document.height()))
    return box


def _is_changed_by_masks(node: Node) -> bool:
    return has_style(node) or any(
        mask.type() != "selectionmask" and mask.visible() for mask in masks_of(node)
    )


def _refused(node: Node) -> dict[Target, str]:
    refused: dict[Target, str] = {}
    kind = node.type()
    if kind in _IN_PLACE_ELSEWHERE:
        refused["in_place"] = tr(_IN_PLACE_ELSEWHERE[kind])
    elif _is_changed_by_masks(node):
        refused["in_place"] = tr("The layer has masks or a style, which would be painted over.")
    why = ""
    if node.animated():
        why = tr("The layer is animated, and its other frames would be lost.")
    elif _is_locked(node):
        why = tr("The layer is locked.")
    if why:
        refused["in_place"] = refused["replace"] = why
    return refused


def _is_locked(node: Node | None) -> bool:
    while node is not None:
        if node.locked():
            return True
        node = node.parentNode()
    return False


def _notes(node: Node) -> tuple[str, ...]:
    notes = []
    kind = node.type()
    if kind in _SHOWN:
        notes.append(tr(_SHOWN[kind]))
    elif _is_changed_by_masks(node):
        notes.append(tr("The result is made from what the layer's masks and style leave of it."))
    if node.animated():
        notes.append(tr("Apply stylizes the frame that is shown, Animation all frames."))
    if not node.visible():
        notes.append(tr("The layer is hidden; the result will be visible."))
    return tuple(notes)


def _no_pixels(node: Node) -> str:
    if node.type() == "filterlayer":
        text = tr(
            "“{name}” is a filter layer, which has no pixels. Select the layer below it, or group "
            "both and select the group."
        )
    else:
        text = tr("“{name}” has no pixels to stylize. Select a paint layer or a group.")
    return text.format(name=node.name())
