"""What made a result stays with the document, so that it can be edited again.

Recipes lie in an annotation of the document, which Krita saves in .kra files, under the id of the
result's layer. The id survives renaming, saving and loading; a copy of the layer has another, so
it is known by its name, which contains the original's ("Copy of Starry Night α 0.60").
"""

from __future__ import annotations

import json
from typing import Any

from ..plugin.recipe import Recipe, recipe_of
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .kinds import Document, LayerUse, Node, all_nodes, layer_of, node_id

ANNOTATION = "dynamic_style/recipes"
_DESCRIPTION = "How layers were stylized"
_VERSION = 1
_MOST = 500  # recipes of one document; each has a few hundred bytes
MAX_BYTES = 1 << 20  # of all of them; what is longer is not ours, and would take long to read

Entries = dict[str, dict[str, Any]]


def remember(document: Document, node: Node, recipe: Recipe) -> None:
    """Store a result's recipe in the document, with the name that its layer has now."""
    entries = _entries(document)
    key = node_id(node)
    entries.pop(key, None)
    entries[key] = {"name": node.name(), "recipe": json.loads(recipe.to_json())}
    for stale in list(entries)[: max(0, len(entries) - _MOST)]:
        del entries[stale]
    while len(text := _written(entries)) > MAX_BYTES:
        for stale in list(entries)[: -(-len(entries) // 2)]:
            del entries[stale]
    document.setAnnotation(ANNOTATION, _DESCRIPTION, text)


def _written(entries: Entries) -> bytes:
    members = {"version": _VERSION, "layers": entries}
    return json.dumps(members, ensure_ascii=False).encode()


def recipe_for(document: Document | None, node: Node | None) -> Recipe | None:
    """The recipe of a result, of the mask on one, or of a copy of one; None for other layers.
    Raises UsageError for a recipe that this program cannot read, such as one of a newer version.
    """
    if document is None or node is None:
        return None
    node = layer_of(node)
    entries = _entries(document)
    entry = entries.get(node_id(node))
    if entry is None:
        name = node.name()
        copied = [one for one in entries.values() if _names_a_result(one) and one["name"] in name]
        entry = copied[-1] if copied else None
    return recipe_of(entry["recipe"]) if entry else None


def _names_a_result(entry: dict[str, Any]) -> bool:
    """Whether a layer is known by the name: what was painted in place has its source's."""
    recipe = entry["recipe"]
    is_in_place = isinstance(recipe, dict) and recipe.get("target") == "in_place"
    return bool(entry["name"]) and not is_in_place


def source_of(use: LayerUse) -> dict[str, str]:
    """How find_source finds a layer again, for Recipe.source."""
    return {"layer": node_id(use.node), "name": use.name}


def find_source(document: Document, recipe: Recipe, result: Node) -> Node:
    """The layer from which a result was made. Raises UsageError if it is gone."""
    nodes = [node for node in all_nodes(document) if node_id(node) != node_id(result)]
    wanted = recipe.source.get("layer")
    for node in nodes:
        if node_id(node) == wanted:
            return node
    if recipe.target != "new_layer":
        raise UsageError(
            tr(
                "“{name}” has taken the place of the layer from which it was made. Undo that to "
                "stylize the original again, or stylize this layer as it is."
            ).format(name=result.name())
        )
    # a layer that was copied, or replaced by a later result, has another id and the same name
    named = [node for node in nodes if node.name() == recipe.source.get("name")]
    if not named:
        raise UsageError(
            tr(
                "The layer “{source}”, from which “{name}” was made, is no longer in this picture. "
                "Select another layer and stylize it instead."
            ).format(source=recipe.source.get("name", "?"), name=result.name())
        )
    return _nearest(result, named)


def _nearest(result: Node, nodes: list[Node]) -> Node:
    """The one that lies closest below the result in the same group, else the topmost."""
    parent = result.parentNode()
    siblings = [node_id(node) for node in parent.childNodes()] if parent is not None else []
    if node_id(result) in siblings:
        below = siblings[: siblings.index(node_id(result))]
        beside = [node for node in nodes if node_id(node) in below]
        if beside:
            return max(beside, key=lambda node: below.index(node_id(node)))
    return nodes[0]


def _entries(document: Document) -> Entries:
    """The document's recipes by layer id, oldest first; none where they cannot be read."""
    if ANNOTATION not in document.annotationTypes():
        return {}
    told = document.annotation(ANNOTATION)
    return _said.entries(bytes(told)) if len(told) <= MAX_BYTES else {}


class _Said:
    """What the annotation says that was read last: it is asked for several times a second."""

    def __init__(self) -> None:
        self._text = b""
        self._entries: Entries = {}

    def entries(self, text: bytes) -> Entries:
        if text != self._text:
            self._text, self._entries = text, _parsed(text)
        return dict(self._entries)


_said = _Said()


def _parsed(text: bytes) -> Entries:
    try:
        layers = json.loads(text.decode())["layers"]
        return {
            str(key): {"name": str(entry["name"]), "recipe": entry["recipe"]}
            for key, entry in layers.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # another program's, or damaged: the picture is worth more than its recipes
