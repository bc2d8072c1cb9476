"""Filter > Dynamic Style: the menu entries, also found by action search and open to shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from krita import DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from .model.controller import Controller
from .plugin.tasks.table import TASKS
from .plugin.tasks.task import Task
from .plugin.texts.number_texts import use_decimal_sign
from .plugin.translations import tr, use_languages
from .protocol.errors import UsageError
from .qt import Qt, QtCore, QtGui, QtWidgets
from .safe_slots import guarded
from .ui.catalog.dialog import show_catalogs
from .ui.dialogs import ask_for_pack
from .ui.docker import DOCKER_ID, DynamicStyleDocker
from .ui.icons import plugin_icon
from .ui.new_style.dialog import ask_for_style
from .ui.preview.overlay_placing import OverlayPlacing
from .ui.tooltips import plain_tip

MENU_ID = "dynamic_style_menu"
MENU = f"filter/{MENU_ID}"
_MESSAGE_MS = 6000
_ROOM_PX = 560
_PLACED = "krita.placed"
_ON_CANVAS = "preview_on_canvas"
_NEIGHBOUR_ID = "PresetDocker"  # brush presets: high, and not needed beside this panel


class DynamicStyleExtension(Extension):
    """Registers; the controller is made when a window is."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self._controller: Controller | None = None
        self._task_entries: list[tuple[Task, Any]] = []  # of every window
        self._new_style_dialog: Any = None  # kept, so that Python does not let go of it
        self._catalog_dialog: Any = None  # as well
        self._overlay: OverlayPlacing | None = None
        self._menus: list[tuple[Any, list[Any]]] = []  # with their entries; Python keeps them alive

    def setup(self) -> None:
        """Nothing: Krita is starting."""

    @property
    def controller(self) -> Controller:
        """The one of all windows."""
        if self._controller is None:
            self._controller = Controller()
            self._controller.packs_changed.connect(self._show_tasks)
            self._controller.error_changed.connect(self._tell_error)
            self._controller.canvas.changed.connect(self._show_on_canvas)
            self._overlay = OverlayPlacing(self._controller.canvas)
            Krita.instance().notifier().applicationClosing.connect(self._on_closing)
        return self._controller

    @guarded
    def createActions(self, window: Any) -> None:
        use_languages([language for language in QtCore.QLocale().uiLanguages() if language])
        use_decimal_sign(str(QtCore.QLocale().decimalPoint()))
        parent = window.createAction(MENU_ID, tr("Dynamic Style"), "filter")
        menu = QtWidgets.QMenu(MENU_ID, window.qwindow())
        menu.setObjectName(MENU_ID)
        parent.setMenu(menu)
        menu.aboutToShow.connect(self._on_menu)
        parent.setIcon(plugin_icon())
        actions = []
        for name, text, slot in self._entries():
            action = window.createAction(f"dynamic_style_{name}", text, MENU)
            action.triggered.connect(_without_arguments(slot))
            action.setCheckable(name == _ON_CANVAS)
            actions.append(action)
            self._task_entries += [(task, action) for task in TASKS if task.name == name]
        self._menus.append((menu, actions))
        self._show_tasks()
        self._show_on_canvas()

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """(name, text, slot) of all, from the top."""
        first, *others = [
            (task.name, task.words().menu, partial(self._use, task)) for task in TASKS
        ]
        yield first
        yield "repeat", tr("Repeat Last"), self._repeat
        yield "frames", tr("Stylize Frames…"), self._frames
        yield from others
        yield "new_style", tr("New Style from Layer…"), self._new_style
        yield "install", tr("Install Style Pack…"), self._install
        yield "more_packs", tr("More Packs…"), self._more_packs
        yield _ON_CANVAS, tr("Preview on Canvas"), self._switch_canvas
        yield "panel", tr("Open Panel"), self._open_panel

    def docker(self) -> Any:
        """A docker for a window, as Krita's factory asks for it."""
        return DynamicStyleDocker(self.controller)

    def _use(self, task: Task) -> None:
        self._open_panel()  # shows why, where Krita has let an entry be chosen that we disable
        self.controller.choose_task(task)
        if Krita.instance().activeDocument() is None:
            raise UsageError(tr("No picture is open. Open one, or make a new one."))

    def _frames(self) -> None:
        self._use(TASKS[0])
        _docker().open_frames()

    def _repeat(self) -> None:
        self.controller.repeat_last()
        if not _docker().isVisible():
            _float(tr("Dynamic Style: stylizing the layer…"))

    def _switch_canvas(self) -> None:
        is_on = not self.controller.canvas.is_on
        if is_on and not _docker().isVisible():
            self._open_panel()
        self.controller.canvas.switch(is_on)
        if is_on and not self.controller.preview.is_asked:
            self.controller.ask_preview()

    def _install(self) -> None:
        self._open_panel()
        ask_for_pack(Krita.instance().activeWindow().qwindow(), self.controller)

    def _more_packs(self) -> None:
        window = Krita.instance().activeWindow().qwindow()
        self._catalog_dialog = show_catalogs(window, self.controller)

    def _new_style(self) -> None:
        self._open_panel()  # which shows how it gets on
        window = Krita.instance().activeWindow().qwindow()
        self._new_style_dialog = ask_for_style(window, self.controller)

    def _open_panel(self) -> None:
        docker = _docker()
        docker.setVisible(True)
        if self.controller.settings.choices.get(_PLACED) != "yes":
            self.controller.keep_choice(_PLACED, "yes")
            _place(docker)
        docker.raise_()
        _give_room(docker)
        docker.widget().setFocus()
        self.controller.wake()

    @guarded
    def _on_menu(self) -> None:
        """Krita enables entries by itself, and from 5.3 on sorts them by their names."""
        self._show_tasks()
        for menu, actions in self._menus:
            if [action for action in menu.actions() if action in actions] != actions:
                for action in actions:
                    menu.removeAction(action)
                    menu.addAction(action)

    @guarded
    def _show_tasks(self) -> None:
        for task, action in self._task_entries:
            words, has_packs = task.words(), self.controller.has_packs(task)
            # the first is the way into the panel, which says what is missing and installs it
            action.setEnabled(has_packs or task is TASKS[0])
            action.setToolTip(plain_tip(words.tip if has_packs else words.needs_pack))

    @guarded
    def _show_on_canvas(self) -> None:
        for _, actions in self._menus:
            for action in actions:
                if action.isCheckable():
                    action.setChecked(self.controller.canvas.is_on)

    @guarded
    def _tell_error(self) -> None:
        """Where no panel shows it, an error floats over the canvas."""
        error = self.controller.last_error.shown
        has_window = Krita.instance().activeWindow() is not None  # there is none as Krita ends
        if error is not None and has_window and not _docker().isVisible():
            _float(tr("Dynamic Style: {error}").format(error=error[0]))

    @guarded
    def _on_closing(self) -> None:
        self.controller.close()


def register() -> None:
    """Add the menu and the docker to Krita. Starts nothing."""
    krita = Krita.instance()
    extension = DynamicStyleExtension(krita)
    krita.addExtension(extension)
    factory = DockWidgetFactory(DOCKER_ID, DockWidgetFactoryBase.DockRight, extension.docker)
    krita.addDockWidgetFactory(factory)


def _docker() -> Any:
    """The active window's docker."""
    for docker in Krita.instance().activeWindow().dockers():
        if docker.objectName() == DOCKER_ID:
            return docker
    raise UsageError(tr("the Dynamic Style panel is missing; restart Krita"))


def _place(docker: Any) -> None:
    """Krita puts a new docker below all others, where it is too low for a preview; put it behind
    a high one as a tab. Only once: from then on it stays where the user has it.
    """
    window = Krita.instance().activeWindow()
    main = window.qwindow()
    if docker.isFloating() or main.tabifiedDockWidgets(docker):
        return
    area = main.dockWidgetArea(docker)
    for neighbour in window.dockers():
        if neighbour.objectName() != _NEIGHBOUR_ID or not neighbour.isVisible():
            continue
        if main.dockWidgetArea(neighbour) == area and not neighbour.isFloating():
            main.tabifyDockWidget(neighbour, docker)


def _give_room(docker: Any) -> None:
    """Krita opens a docker as low as can be; make it high enough for preview and dials."""
    if not docker.isFloating() and docker.height() < _ROOM_PX:
        window = Krita.instance().activeWindow().qwindow()
        window.resizeDocks([docker], [_ROOM_PX], Qt.Orientation.Vertical)


def _float(text: str) -> None:
    view = Krita.instance().activeWindow().activeView()
    if view is not None:
        view.showFloatingMessage(text, QtGui.QIcon(), _MESSAGE_MS, 1)


def _without_arguments(slot: Callable[[], None]) -> Callable[..., None]:
    """A slot for triggered(bool)."""

    @guarded
    def call(*_: Any) -> None:
        slot()

    return call
