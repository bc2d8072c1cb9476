"""The docker: one for each of Krita's windows, all showing the same controller."""

from __future__ import annotations

import itertools
from typing import Any

from krita import DockWidget

from ..model.controller import Controller
from ..plugin.translations import tr
from ..qt import Qt, QtCore, QtGui, QtWidgets
from ..safe_slots import guarded
from .animation.frames_box import FramesBox
from .dial_widget import DialWidget
from .dialogs import ask_for_pack
from .docker_layout import DockerLayout, Parts
from .labels import plain_label
from .new_style.run_area import StyleRunArea
from .notices.error_area import ErrorArea
from .notices.set_up_area import SetUpArea, ask_to_set_up
from .options_box import OptionsBox
from .pack_bar import PackBar
from .pack_chooser import PackChooser
from .preview.preview_view import PreviewView
from .run_bar import RunBar

DOCKER_ID = "dynamic_style_docker"
_FRAMES_OPEN = "krita.frames_open"
_USES = (QtCore.QEvent.Type.MouseButtonPress, QtCore.QEvent.Type.Wheel, QtCore.QEvent.Type.KeyPress)
_numbers = itertools.count(1)


class DynamicStyleDocker(DockWidget):
    """controller: gives the shared controller, which is made when a docker is first needed."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setWindowTitle(tr("Dynamic Style"))
        self.controller = controller
        self._number = next(_numbers)
        self._dials: list[DialWidget] = []
        self._opens_packs = False  # for once, in place of the preview
        self._had_room = False
        self._make()
        self._frames.show_open(self.controller.settings.choices.get(_FRAMES_OPEN) == "yes")
        self._connect()
        self._show_all()

    @guarded
    def canvasChanged(self, canvas: Any) -> None:
        """Krita shows another picture, or none; also called while it takes a closed one apart."""
        self.controller.watch.look_soon()

    @guarded
    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.controller.show_panel(self._number, True)
        self._watch_frames()

    @guarded
    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self.controller.show_panel(self._number, False)
        self._watch_frames()

    def open_frames(self) -> None:
        """Unfold what is for animations, and scroll to it."""
        self._frames.show_open(True)
        self._layout.show_part(self._frames)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """A click, a turn of the wheel or a key in the panel: only now is the backend started. That
        Krita shows the docker, or gives it the focus, when it starts is nobody's wish.
        """
        if event.type() in _USES:
            self._wake()
        return False

    @guarded
    def _wake(self) -> None:
        self.controller.wake()

    def _make(self) -> None:
        self._state = _label("dynamic_style_state")
        self._bar = PackBar()
        self._packs = PackChooser()
        self._view = PreviewView(self.controller.canvas)
        self._layer = _label("dynamic_style_layer")
        self._edit = QtWidgets.QPushButton()
        self._edit.setObjectName("dynamic_style_edit_again")
        self._styles = StyleRunArea(self.controller.styles)
        self._set_up = SetUpArea(self.controller.setting_up)
        self._first, self._first_column = _box("dynamic_style_first_dial")
        self._others, self._others_column = _box("dynamic_style_dials")
        self._options = OptionsBox()
        self._frames = FramesBox(self.controller.animation)
        self._run = RunBar()
        self._error = ErrorArea()
        self._layout = DockerLayout(
            Parts(
                bar=self._bar,
                packs=self._packs,
                view=self._view,
                notes=(self._set_up, self._layer, self._edit, self._styles),
                first=self._first,
                more=(self._others, self._options, self._frames),
                error=self._error,
                run=self._run,
                foot=self._state,
            )
        )
        for watched in (self._layout, self._view):  # what other widgets do not take goes on to it
            watched.installEventFilter(self)
        self.setWidget(self._layout)

    def _connect(self) -> None:
        controller = self.controller
        controller.packs_changed.connect(self._show_packs)
        controller.options_changed.connect(self._show_options)
        controller.state_changed.connect(self._show_state)
        controller.run_changed.connect(self._show_run)
        controller.watch.changed.connect(self._show_layer)
        controller.error_changed.connect(self._show_error)
        controller.preview.before.connect(self._show_before)
        controller.preview.after.connect(self._show_after)
        controller.preview.working.connect(self._show_working)
        self._bar.toggled.connect(self._on_packs_toggled)
        self._bar.task_chosen.connect(guarded(controller.choose_task))
        self._packs.chosen.connect(self._on_pack)
        self._packs.dropped.connect(guarded(controller.install_pack))
        self._options.changed.connect(guarded(controller.set_options))
        self._run.apply_asked.connect(guarded(controller.apply))
        self._run.cancel_asked.connect(guarded(controller.cancel))
        self._frames.apply_asked.connect(guarded(controller.animation.apply))
        self._frames.opened.connect(self._on_frames_opened)
        controller.animation.wanted.connect(guarded(self.open_frames))
        self._frames.resized.connect(self._layout.fit_soon)
        self._view.refresh_asked.connect(guarded(controller.ask_preview))
        self._edit.clicked.connect(self._on_edit)
        self._styles.resized.connect(self._layout.fit_soon)
        self._set_up.resized.connect(self._show_state)
        self._layout.room_changed.connect(self._on_room)
        self._error.remedy_asked.connect(self._on_remedy)
        self._error.copy_asked.connect(self._on_copy)
        self._error.dismissed.connect(guarded(controller.last_error.clear))

    @guarded
    def _show_all(self) -> None:
        self._show_packs()
        self._show_options()
        self._show_state()
        self._show_run()
        self._show_layer()
        self._show_error()

    @guarded
    def _show_packs(self) -> None:
        state = self.controller.state
        chosen = "" if state.pack is None else state.pack.id
        self._packs.show_packs(state.packs_of_task, chosen)
        icon = QtGui.QIcon() if state.pack is None else self._packs.icon_of(state.pack)
        self._bar.show_pack(state.pack, icon)
        self._bar.show_tasks(state.tasks, state.task)
        self._bar.setVisible(bool(state.packs))
        self._show_packs_open()
        self._show_dials()
        self._show_layer()
        self._show_state()

    def _show_packs_open(self) -> None:
        """Open where there is room, unless the user has closed them; else until one is chosen."""
        has_room = self._layout.room.has_packs
        if has_room != self._had_room:
            self._had_room, self._opens_packs = has_room, False
        is_open = self.controller.opens_packs if has_room else self._opens_packs
        is_open = is_open and bool(self.controller.state.packs)
        self._bar.show_open(is_open)
        self._layout.show_packs_open(is_open)

    def _show_dials(self) -> None:
        models = self.controller.state.dials
        if [dial.model for dial in self._dials] == models:
            for dial in self._dials:
                dial.show_model()
            self._frames.show_dials(models)
            return
        for dial in self._dials:
            dial.hide()  # it is deleted later, and would be drawn over the new ones until then
            dial.deleteLater()
        self._dials = [DialWidget(model) for model in models]
        for number, dial in enumerate(self._dials):
            (self._others_column if number else self._first_column).addWidget(dial)
            dial.changed.connect(self._on_dial)
            dial.set_compact(not number and self._layout.room.is_compact)
        self._others.setVisible(len(self._dials) > 1)
        self._frames.show_dials(models)
        self._layout.fit_soon()
        self._order_tabs()

    def _order_tabs(self) -> None:
        """The Tab key goes from top to bottom."""
        parts = [self._bar, self._packs, self._view, self._set_up, self._edit, self._styles]
        parts += self._dials
        parts += [self._options, self._frames, self._error, self._run]
        inputs = [one for part in parts for one in _inputs_of(part)]
        for before, after in itertools.pairwise(inputs):
            QtWidgets.QWidget.setTabOrder(before, after)

    @guarded
    def _show_options(self) -> None:
        controller = self.controller
        pack = controller.state.pack
        self._options.setVisible(pack is not None)
        self._frames.setVisible(controller.animation.is_offered)
        self._watch_frames()
        if pack is not None:
            self._options.show_options(
                controller.state.options,
                controller.state.task,
                pack,
                is_editing=controller.is_editing,
            )
        self._layout.fit_soon()

    @guarded
    def _show_state(self) -> None:
        controller = self.controller
        text = controller.backend_text
        if controller.backend == "idle" and not controller.state.packs:
            text = tr("Click here to start the backend and see the style packs.")
        if controller.setting_up.is_at_work:
            text = tr("The styles come when all is set up.")
        elif controller.backend == "lost":
            shown = controller.last_error.shown
            needs_hand = shown is not None and shown[1].kind == "set_up"
            text = (
                tr("The backend has to be set up or updated first.")
                if needs_hand
                else tr("No backend; the next request starts one.")
            )
        has_packs = bool(controller.state.packs)
        self._state.setText(text if has_packs else "")
        self._state.setVisible(has_packs and bool(text))
        if not has_packs:
            self._view.show_hint(text)
        self._layout.fit_soon()

    @guarded
    def _show_run(self) -> None:
        controller = self.controller
        self._frames.show_idle(controller.progress is None)
        if controller.progress is None:
            is_editing = controller.is_editing
            self._run.show_idle(is_editing=is_editing, can_apply=controller.watch.can_apply)
        else:
            self._run.show_progress(*controller.progress)

    @guarded
    def _show_layer(self) -> None:
        controller = self.controller
        watch = controller.watch
        says_it = self._view.image is None and bool(
            controller.state.packs
        )  # in the preview's place
        problem = "" if says_it else watch.problem
        text = "\n".join(line for line in (watch.text, problem) if line)
        self._layer.setText(text)
        self._layer.setVisible(bool(text))
        if controller.state.packs:
            self._view.show_hint(watch.problem)
        is_editing = controller.is_editing
        self._edit.setText(tr("Stop Editing") if is_editing else tr("Edit Again"))
        self._edit.setToolTip(
            tr("Apply to the selected layer itself from now on")
            if is_editing
            else tr("Set the panel as it was for this result, and stylize its source anew")
        )
        self._edit.setVisible(is_editing or watch.recipe is not None)
        self._layout.fit_soon()
        self._show_run()

    @guarded
    def _show_error(self) -> None:
        shown = self.controller.last_error.shown
        if shown is None:
            self._error.hide()
        else:
            self._error.show_error(*shown)
        self._show_state()
        self._layout.fit_soon()

    @guarded
    def _show_before(self, pixels: Any) -> None:
        self._view.show_before(pixels)
        self._show_layer()

    @guarded
    def _show_working(self) -> None:
        self._view.show_working(self.controller.preview.is_working)

    @guarded
    def _show_after(self, pixels: Any, is_preview: bool) -> None:
        self._view.show_after(pixels, tr("preview") if is_preview else "")

    @guarded
    def _on_packs_toggled(self, is_open: bool) -> None:
        if self._layout.room.has_packs:
            self.controller.keep_packs_open(is_open)
        else:
            self._opens_packs = is_open
        self._show_packs_open()

    @guarded
    def _on_pack(self, pack_id: str) -> None:
        self._opens_packs = False
        if self.controller.state.pack is None or self.controller.state.pack.id != pack_id:
            self.controller.choose_pack(pack_id)
        self._show_packs_open()

    @guarded
    def _on_room(self) -> None:
        self._show_packs_open()
        for dial in self._dials[:1]:
            dial.set_compact(self._layout.room.is_compact)
        self._order_tabs()

    @guarded
    def _on_dial(self) -> None:
        self._frames.show_animation()
        self.controller.ask_preview()

    @guarded
    def _on_frames_opened(self, is_open: bool) -> None:
        self.controller.keep_choice(_FRAMES_OPEN, "yes" if is_open else "no")
        self._watch_frames()
        if is_open:
            QtCore.QTimer.singleShot(0, guarded(lambda: self._layout.show_part(self._frames)))

    def _watch_frames(self) -> None:
        """Look at the timeline while its part of the panel is open."""
        animation = self.controller.animation
        is_seen = self.isVisible() and self._frames.is_open
        animation.watch(self._number, is_seen and animation.is_offered)

    @guarded
    def _on_edit(self, *_: Any) -> None:
        if self.controller.is_editing:
            self.controller.stop_editing()
        else:
            self.controller.edit_again()

    @guarded
    def _on_remedy(self, kind: str) -> None:
        controller = self.controller
        if kind == "restart":
            controller.restart()
        elif kind in ("start", "connect"):
            controller.list_packs()
        elif kind == "set_up":
            ask_to_set_up(self, controller)
        elif kind == "install_pack":
            ask_for_pack(self, controller)
        else:
            controller.last_error.retry()

    @guarded
    def _on_copy(self) -> None:
        QtWidgets.QApplication.clipboard().setText(self.controller.diagnostics())


def _box(name: str) -> tuple[Any, Any]:
    """A widget and its column."""
    box = QtWidgets.QWidget()
    box.setObjectName(name)
    column = QtWidgets.QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    return box, column


def _inputs_of(part: Any) -> list[Any]:
    """What of a part takes the focus, in the order in which it was made."""
    return [
        one
        for one in (part, *part.findChildren(QtWidgets.QWidget))
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.focusProxy() is None
        and one.window() == part.window()  # not what a combo box drops down
    ]


def _label(name: str) -> Any:
    label = plain_label(name=name, relative_size=0.9)
    label.setWordWrap(True)
    return label
