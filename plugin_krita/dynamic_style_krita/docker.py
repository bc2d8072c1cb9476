"""The docker: one for each of Krita's windows, all showing the same controller."""

from __future__ import annotations

import itertools
from typing import Any

from krita import DockWidget

from .controller import Controller
from .dial_widget import DialWidget
from .dialogs import ask_for_pack, open_manual
from .error_area import ErrorArea
from .guarded import guarded
from .labels import plain_label
from .options_box import OptionsBox
from .pack_chooser import PackChooser
from .panel.texts import tr
from .preview_view import PreviewView
from .qt import Qt, QtCore, QtWidgets
from .run_bar import RunBar

DOCKER_ID = "dynamic_style_docker"
_USES = (QtCore.QEvent.Type.MouseButtonPress, QtCore.QEvent.Type.Wheel, QtCore.QEvent.Type.KeyPress)
_HIGH_PX = 640  # from here on, two rows of packs leave room for the preview and a dial
_numbers = itertools.count(1)


class DynamicStyleDocker(DockWidget):
    """controller: gives the shared controller, which is made when a docker is first needed."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setWindowTitle(tr("Dynamic Style"))
        self.controller = controller
        self._number = next(_numbers)
        self._dials: list[DialWidget] = []
        self._make()
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

    @guarded
    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self.controller.show_panel(self._number, False)

    @guarded
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._packs.set_most_rows(2 if self.height() >= _HIGH_PX else 1)
        self._view.set_room(self.height())

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
        self._body = QtWidgets.QWidget()
        self._body.setObjectName("dynamic_style_body")
        column = QtWidgets.QVBoxLayout(self._body)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(6)
        self._state = _label("dynamic_style_state")
        self._packs = PackChooser()
        self._view = PreviewView()
        self._layer = _label("dynamic_style_layer")
        self._edit = QtWidgets.QPushButton()
        self._edit.setObjectName("dynamic_style_edit_again")
        self._dial_box = QtWidgets.QWidget()
        self._dial_box.setObjectName("dynamic_style_dials")
        self._dial_column = QtWidgets.QVBoxLayout(self._dial_box)
        self._dial_column.setContentsMargins(0, 0, 0, 0)
        self._dial_column.setSpacing(2)
        self._options = OptionsBox()
        self._run = RunBar()
        self._error = ErrorArea()
        for widget in (self._packs, self._view, self._layer, self._edit, self._dial_box):
            column.addWidget(widget)
        column.addWidget(self._options)
        column.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setObjectName("dynamic_style_scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        whole = QtWidgets.QWidget()
        outer = QtWidgets.QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        foot = QtWidgets.QVBoxLayout()  # what must not scroll out of sight
        foot.setContentsMargins(6, 4, 6, 6)
        foot.setSpacing(4)
        for widget in (self._error, self._run, self._state):
            foot.addWidget(widget)
        outer.addLayout(foot)
        whole.setMinimumWidth(200)
        for watched in (whole, self._view):  # what the other widgets do not take goes on to `whole`
            watched.installEventFilter(self)
        self.setWidget(whole)

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
        self._packs.chosen.connect(guarded(controller.choose_pack))
        self._packs.dropped.connect(guarded(controller.install_pack))
        self._options.changed.connect(guarded(controller.set_option))
        self._run.apply_asked.connect(guarded(controller.apply))
        self._run.cancel_asked.connect(guarded(controller.cancel))
        self._view.refresh_asked.connect(guarded(controller.ask_preview))
        self._edit.clicked.connect(self._on_edit)
        self._error.remedy_asked.connect(self._on_remedy)
        self._error.copy_asked.connect(self._on_copy)
        self._error.dismissed.connect(guarded(controller.clear_error))

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
        self._packs.show_packs(state.packs, chosen)
        self._packs.setVisible(bool(state.packs))
        self._show_dials()
        self._show_layer()
        self._show_state()

    def _show_dials(self) -> None:
        models = self.controller.state.dials
        if [dial.model for dial in self._dials] == models:
            for dial in self._dials:
                dial.show_model()
            return
        for dial in self._dials:
            self._dial_column.removeWidget(dial)
            dial.deleteLater()
        self._dials = [DialWidget(model) for model in models]
        for dial in self._dials:
            self._dial_column.addWidget(dial)
            dial.changed.connect(self._on_dial)

    @guarded
    def _show_options(self) -> None:
        controller = self.controller
        pack = controller.state.pack
        self._options.setVisible(pack is not None)
        if pack is not None:
            self._options.show_options(
                controller.state.options,
                own_px=pack.working_size_px,
                is_completion=controller.state.is_completion,
                is_editing=controller.is_editing,
            )

    @guarded
    def _show_state(self) -> None:
        controller = self.controller
        text = controller.backend_text
        if controller.backend == "idle" and not controller.state.packs:
            text = tr("Click here to start the backend and see the style packs.")
        if controller.backend == "lost":
            needs_hand = controller.error is not None and controller.error[1].kind == "update"
            text = (
                tr("The backend has to be installed or updated first; see below.")
                if needs_hand
                else tr("No backend; the next request starts one.")
            )
        has_packs = bool(controller.state.packs)
        self._state.setText(text if has_packs else "")
        if not has_packs:
            self._view.show_hint(text)

    @guarded
    def _show_run(self) -> None:
        controller = self.controller
        if controller.progress is None:
            is_editing = controller.is_editing
            self._run.show_idle(is_editing=is_editing, can_apply=controller.watch.can_apply)
        else:
            self._run.show_progress(*controller.progress)

    @guarded
    def _show_layer(self) -> None:
        controller = self.controller
        self._layer.setText(controller.watch.text)
        self._layer.setVisible(bool(controller.watch.text))
        if controller.state.packs:
            self._view.show_hint("" if controller.watch.can_apply else controller.watch.text)
        is_editing = controller.is_editing
        self._edit.setText(tr("Stop Editing") if is_editing else tr("Edit Again"))
        self._edit.setToolTip(
            tr("Apply to the selected layer itself from now on")
            if is_editing
            else tr("Set the panel as it was for this result, and stylize its source anew")
        )
        self._edit.setVisible(is_editing or controller.watch.recipe is not None)
        self._show_run()

    @guarded
    def _show_error(self) -> None:
        if self.controller.error is None:
            self._error.hide()
        else:
            self._error.show_error(*self.controller.error)
        self._show_state()

    @guarded
    def _show_before(self, pixels: Any) -> None:
        self._view.show_before(pixels)

    @guarded
    def _show_after(self, pixels: Any, is_preview: bool) -> None:
        self._view.show_after(pixels, tr("preview") if is_preview else "")

    @guarded
    def _on_dial(self) -> None:
        self.controller.ask_preview()

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
        elif kind == "start":
            controller.list_packs()
        elif kind == "update":
            open_manual("installing")
        elif kind == "install_pack":
            ask_for_pack(self, controller)
        else:
            controller.retry()

    @guarded
    def _on_copy(self) -> None:
        QtWidgets.QApplication.clipboard().setText(self.controller.diagnostics())


def _label(name: str) -> Any:
    label = plain_label(name=name, relative_size=0.9)
    label.setWordWrap(True)
    return label
