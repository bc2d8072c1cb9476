"""Which layer the panel is about: the active one, or the source of the result that is edited.

Krita tells Python of no change of layer, selection or pixels, so this looks four times a second
while a panel is open. It never looks from within a callback of Krita's, such as canvasChanged:
asking for the active layer makes Krita handle all events that wait, and within the callback that
takes a closed picture apart one of those may be the end of the window that the picture is in. Then
both delete the same widgets, and Krita crashes.
"""

from __future__ import annotations

import contextlib

from krita import Krita

from ..layers.hole import HoleCheck
from ..layers.kinds import Document, LayerUse, Node, layer_of, layer_use, node_id
from ..layers.open_pictures import active_layer
from ..layers.recipe_annotation import find_source, recipe_for
from ..plugin.panel_state import PanelState
from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, UsageError
from ..qt import QtCore, Signal
from ..safe_slots import guarded
from .animation import EarlierFrames
from .layer_run import Job
from .live_preview import LivePreview

LOOK_MS = 250


class LayerWatch(QtCore.QObject):
    """changed: text, can_apply, recipe or editing. pixels_changed: there is something new to
    preview.

    text: the layer's name and what the user should know. problem: why it cannot be used; empty if
    it can. recipe: of the active layer, if that is a result. editing: the result that is edited
    again, in its document.
    """

    changed = Signal()
    pixels_changed = Signal()

    def __init__(self, state: PanelState, preview: LivePreview) -> None:
        super().__init__()
        self.text = ""
        self.problem = ""
        self.can_apply = False
        self.recipe: Recipe | None = None
        self.editing: tuple[Document, Node] | None = None
        self.is_paused = False  # a run is under way
        self.shows_results = False  # preview even on a layer that is a result itself
        self._state = state
        self._preview = preview
        self._hole = HoleCheck()
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)

    @property
    def is_result_itself(self) -> bool:
        """Whether the active layer is a result, of which no preview is wanted."""
        return self.recipe is not None and self.editing is None and not self.shows_results

    def set_watching(self, is_watching: bool) -> None:
        if is_watching:
            self._timer.start()
            self.look_soon()
        else:
            self._timer.stop()
            self._soon.stop()

    def look_soon(self) -> None:
        """Look once Krita has returned to its event loop, if anybody watches at all."""
        if self._timer.isActive():
            self._soon.start(0)

    def job(self, recipe: Recipe) -> Job:
        """A run on the layer that the panel is about. Raises UsageError."""
        if self.editing is not None:
            document, result = self.editing
            source = find_source(document, _stored_recipe(document, result), result)
            return Job(document, layer_use(document, source), recipe, edited=result)
        return self.job_on_active(recipe)

    def job_on_active(self, recipe: Recipe) -> Job:
        """A run on the active layer, whatever the panel is about. Raises UsageError."""
        document, node = active_layer()
        filled = _filled_below(document, node, task_of(recipe.task))
        if filled is not None:
            return Job(document, layer_use(document, filled), recipe, above=layer_of(node))
        return Job(document, layer_use(document, node), recipe)

    def edit_again(self) -> EarlierFrames | None:
        """Set the panel as it was for the active result. One of frames is not edited in its place:
        its source is selected, to be made anew from, and it is returned. Raises UsageError,
        PackNotFoundError.
        """
        document, node = active_layer()
        recipe = _stored_recipe(document, node)
        source = find_source(document, recipe, node)
        self._state.restore(recipe)
        if recipe.frames is not None and document is not None:
            document.setActiveNode(source)
            return EarlierFrames(node_id(layer_of(node)), node_id(source), recipe.frames)
        self.editing = (document, node)
        self.look()
        self.changed.emit()
        return None

    def edit_on(self, document: Document, node: Node) -> None:
        """The edited result has been replaced by this one."""
        self.editing = (document, node)

    def stop_editing(self) -> None:
        if self.editing is not None:
            self.editing = None
            self.look()
            self.changed.emit()

    @guarded
    def look(self) -> None:
        document, node = active_layer()
        if self.editing is not None and not self.is_paused and not self._is_edited(document, node):
            self.editing = None
            self.changed.emit()
        text, problem, use, recipe = "", "", None, None
        try:
            recipe = recipe_for(document, node)
            use = self._use(document, node, recipe)
            text = "\n".join([self._title(use, node), *use.notes])
            self._check(document, use)
            can_apply = self._state.pack is not None
        except DynamicStyleError as error:
            problem, can_apply = str(error), False
        seen = (text, problem, can_apply, recipe)
        if seen != (self.text, self.problem, self.can_apply, self.recipe):
            self.text, self.problem, self.can_apply, self.recipe = seen
            self.changed.emit()
        self._look_at_pixels(document, use)

    def _check(self, document: Document, use: LayerUse) -> None:
        """Raises UsageError for what Apply would."""
        if self._state.pack is None:
            return
        recipe = self._state.recipe()
        if self.editing is None:
            use.check(recipe.target)
        if self._state.task.fills_selection and not self.is_paused:
            self._hole.check(document, use, recipe)

    def _title(self, use: LayerUse, node: Node) -> str:
        if self.editing is None:
            return tr("Layer: {name}").format(name=use.name)
        return tr("Editing: {name}, from {source}").format(name=node.name(), source=use.name)

    def _look_at_pixels(self, document: Document, use: LayerUse | None) -> None:
        if use is None or self._state.pack is None:
            self._preview.forget()
            return
        if self.is_paused or self.is_result_itself:
            return
        window = Krita.instance().activeWindow()
        if window is not None and self._preview.look(window, document, use):
            self.pixels_changed.emit()

    def _use(self, document: Document, node: Node, recipe: Recipe | None) -> LayerUse:
        if self.editing is not None and recipe is not None:
            return layer_use(document, find_source(document, recipe, node))
        return layer_use(document, _filled_below(document, node, self._state.task) or node)

    def _is_edited(self, document: Document, node: Node) -> bool:
        """Whether the edited result is still the active layer."""
        if self.editing is None or document is None or node is None:
            return False
        edited_document, edited = self.editing
        return bool(document == edited_document) and node_id(node) == node_id(edited)


def _filled_below(document: Document, node: Node | None, task: Task) -> Node | None:
    """The layer of which a fill is a part, where the next part is to be filled: a fill by itself
    has nothing around it. None for all else, and if the layer is gone.
    """
    recipe = recipe_for(document, node)
    if node is None or recipe is None or not task.fills_selection or recipe.task != task.id:
        return None
    with contextlib.suppress(UsageError):
        return find_source(document, recipe, layer_of(node))
    return None


def _stored_recipe(document: Document, node: Node) -> Recipe:
    recipe = recipe_for(document, node)
    if recipe is None:
        raise UsageError(
            tr("The layer was not made by Dynamic Style, so there is nothing to edit again.")
        )
    return recipe
