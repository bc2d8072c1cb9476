"""The one place that knows what the panel is set to and what is under way, for all windows.

Widgets show its state when a signal says that it has changed, and call it; menu entries do, too. It
owns the worker, and fetches what that has to tell from a timer.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace

from krita import Krita

from ..layers.kinds import Document, Node, layer_use
from ..plugin.diagnostics import diagnostics_text
from ..plugin.errors.error_actions import Remedy
from ..plugin.errors.last_error import LastError
from ..plugin.events import (
    BackendState,
    Event,
    PackInstalled,
    PacksListed,
    PreviewReady,
    RunFailed,
    StateChanged,
)
from ..plugin.panel_state import PanelState
from ..plugin.saved_settings import Settings, change_settings, load_settings
from ..plugin.tasks.table import TASKS, task_of
from ..plugin.tasks.task import Options, Task
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import PackInstallError, UsageError
from ..protocol.version import VERSION
from ..qt import QtCore, Signal
from ..safe_slots import guarded, report_to
from .active_layer import LayerWatch
from .animation import Animation
from .canvas_preview import CanvasPreview
from .frames_run import FramesJob
from .layer_run import Job
from .live_preview import LivePreview
from .runs import Runs
from .setting_up import SettingUp
from .style_making import StyleMaking

DRAIN_MS = 15
REST_MS = 250  # between looks for events once nothing has come for a while
_REST_AFTER = 200  # looks without an event
SAVING = "dynamic-style-settings"
PACKS_OPEN = "krita.packs_open"
HAS_PACKS = "krita.has_{task}"
ON_CANVAS = "krita.preview_on_canvas"


class Controller(QtCore.QObject):
    """Signals carry nothing: whoever shows something asks for it. What concerns the layer is told
    by `watch`, pictures by `preview`.
    """

    packs_changed = Signal()  # packs, which of them is chosen, or its dials, by other than sliders
    options_changed = Signal()
    state_changed = Signal()  # of the backend
    run_changed = Signal()
    error_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.host = f"krita {Krita.instance().version()}"
        self.settings = load_settings()
        self.state = PanelState(self.settings.dials)
        self.worker = Worker(host=self.host, version=VERSION)
        self.preview = LivePreview(self.worker)
        self.last_error = LastError(self.error_changed.emit)
        self.preview.failed.connect(guarded(self.last_error.show))
        self.styles = StyleMaking(pack_made=self._on_pack_made, failed=self.last_error.show)
        self.setting_up = SettingUp(ready=self.restart, failed=self.last_error.show)
        self.watch = LayerWatch(self.state, self.preview)
        self.watch.pixels_changed.connect(self._on_pixels)
        self.canvas = CanvasPreview(
            self.preview,
            self.watch,
            is_on=self.settings.choices.get(ON_CANVAS) == "yes",
            keep=lambda is_on: self.keep_choice(ON_CANVAS, "yes" if is_on else "no"),
        )
        self.backend: BackendState = "idle"
        self.backend_text = ""
        self._runs = Runs(
            self.worker,
            self.last_error,
            changed=self._on_run,
            done=self._on_done,
            shown=self._on_frames,
        )
        self.animation = Animation(self.state, self._start_frames)
        self._is_awake = False
        self._wanted_task: Task | None = None  # once the packs are known
        self._installing: tuple[int, str, bool] | None = None  # ticket, path, whether replacing
        self._panels: set[int] = set()
        self._had_preview = False  # when the last panel was hidden
        self._drain = QtCore.QTimer(self)
        self._looks_in_vain = 0
        self._drain.timeout.connect(self._on_drain)
        report_to(self.last_error.show_caught)

    def has_packs(self, task: Task) -> bool:
        """Whether there is a pack for the task. What was so the last time holds until the backend
        has told, and before the first time there may be one.
        """
        if self.state.packs:
            return self.state.has_packs(task)
        return self.settings.choices.get(HAS_PACKS.format(task=task.id)) != "no"

    @property
    def progress(self) -> tuple[float, str] | None:
        """Of a run: the fraction, and what to say."""
        return self._runs.progress

    @property
    def is_editing(self) -> bool:
        return self.watch.editing is not None

    # -- what widgets and menu entries call --------------------------------------------------------

    def wake(self) -> None:
        """The user has turned to the panel: have the backend started and its packs listed."""
        if not self._is_awake:
            self._is_awake = True
            self.list_packs()

    def list_packs(self) -> None:
        self.last_error.again = self.list_packs
        self.worker.list_packs()
        self._hurry()

    def show_panel(self, panel: int, is_visible: bool) -> None:
        """panel: a number of its own for each docker."""
        if is_visible:
            self.styles.watch()
            self.setting_up.watch()
        was_visible = bool(self._panels)
        (self._panels.add if is_visible else self._panels.discard)(panel)
        self.watch.set_watching(bool(self._panels))
        if was_visible and not self._panels:
            self._had_preview = self.preview.is_asked
            self.preview.drop()
            self.canvas.clear()
        elif self._panels and not was_visible and self._had_preview:
            self.ask_preview()

    def choose_pack(self, pack_id: str) -> None:
        self.state.choose(pack_id)
        self._tell_setting()

    def choose_task(self, task: Task) -> None:
        """Choose that task's pack of the last time, now or when the packs are known. Raises
        PackNotFoundError.
        """
        self._wanted_task = None if self.state.packs else task
        if self._wanted_task is not None:
            self.wake()
            return
        if self.state.task != task or self.state.pack is None:
            self.state.choose_task(task)
            self._tell_setting()

    def set_options(self, options: Options) -> None:
        self.state.set_options(options)
        self.options_changed.emit()
        self.watch.look()
        self.ask_preview()

    def ask_preview(self) -> None:
        """Show how the layer would look, unless a run is under way."""
        pack = self.state.pack
        if pack is None or not self._panels or self._runs.is_running:
            return
        self.watch.shows_results = True
        self.preview.ask(self.state.recipe(), pack)
        self._hurry()

    def apply(self) -> None:
        """Stylize the layer as the panel is set, or render the edited result anew."""
        pack, turned = self.state.pack, self.state.turned_dials()
        self._start(self.watch.job(self.state.recipe()))
        if pack is not None:
            self._keep(lambda settings: settings.with_dials(pack.id, turned))

    def repeat_last(self) -> None:
        """Stylize the active layer with the pack and the dials of the last time."""
        recipe = load_settings().last_recipe
        if recipe is None:
            raise UsageError(
                tr("Nothing has been stylized yet; choose Stylize Layer… for the first time.")
            )
        self._start(self.watch.job_on_active(replace(recipe, pack_sha256=None)))

    def edit_again(self) -> None:
        earlier = self.watch.edit_again()
        if earlier is not None:
            self.animation.restore(earlier)
        self._tell_setting()

    def stop_editing(self) -> None:
        self.watch.stop_editing()
        self.options_changed.emit()

    def cancel(self) -> None:
        if self._runs.is_running:
            self._runs.cancel()
            self._on_drain()

    def install_pack(self, path: str, *, is_replacing: bool = False) -> None:
        ticket = self.worker.install_pack(path, replace=is_replacing)
        self._installing = (ticket, path, is_replacing)
        self.last_error.again = lambda: self.install_pack(path, is_replacing=is_replacing)
        self._hurry()

    def restart(self) -> None:
        """End the backend, if it answers, and start it anew."""
        self._is_awake = True
        self.worker.restart()
        self.worker.list_packs()
        self._hurry()

    def diagnostics(self) -> str:
        return diagnostics_text(
            host=self.host,
            version=VERSION,
            state=f"{self.backend} {self.backend_text}",
            welcome=self.worker.welcome,
            packs=self.state.packs,
            error=self.last_error.error,
        )

    def close(self) -> None:
        """Krita ends."""
        self.watch.set_watching(False)
        self._drain.stop()
        self.animation.close()
        self.worker.close()
        self.styles.close()
        self.setting_up.close()
        report_to(None)

    @property
    def opens_packs(self) -> bool:
        """Whether the packs are open where there is room for them."""
        return self.settings.choices.get(PACKS_OPEN) != "no"

    def keep_packs_open(self, is_open: bool) -> None:
        self.keep_choice(PACKS_OPEN, "yes" if is_open else "no")

    def keep_choice(self, name: str, value: str) -> None:
        """Remember something for the next time."""
        if self.settings.choices.get(name) != value:
            self._keep(lambda settings: settings.with_choice(name, value))

    # -- runs --------------------------------------------------------------------------------------

    def _start(self, job: Job) -> None:
        self._runs.begin(job)
        self._on_begun(lambda: self._start(job))
        self._keep(lambda settings: settings.with_run(job.recipe))

    def _start_frames(self, job: FramesJob) -> None:
        self._runs.begin_frames(job)
        self._on_begun(lambda: self._start_frames(job))

    def _on_begun(self, again: Callable[[], None]) -> None:
        self.preview.drop()
        self.last_error.again = again
        self._is_awake = True
        self._hurry()

    def _on_run(self) -> None:
        self.watch.is_paused = self._runs.is_running
        self.run_changed.emit()

    def _on_done(self, job: Job, node: Node) -> None:
        if job.edited is not None:
            self.watch.edit_on(job.document, node)
        self._show_result(job.document, node, is_part=task_of(job.recipe.task).fills_selection)

    def _on_frames(self, document: Document, node: Node) -> None:
        self._show_result(document, node, is_part=False)

    def _show_result(self, document: Document, node: Node, *, is_part: bool) -> None:
        self.watch.shows_results = False  # until a dial is turned: the result is what is to be seen
        self.run_changed.emit()
        if self._panels:
            with contextlib.suppress(UsageError):  # of many frames the one that is shown is empty
                use = layer_use(document, node)
                self.preview.show_result(document, use, is_part=is_part)

    def _keep(self, change: Callable[[Settings], Settings]) -> None:
        """Written in a thread: a slow disk must not be felt."""
        self.settings = change(self.settings)
        saving = threading.Thread(target=change_settings, args=(change,), name=SAVING, daemon=True)
        saving.start()

    # -- what the worker tells ---------------------------------------------------------------------

    @guarded
    def _on_drain(self) -> None:
        self._runs.look_for_closed()
        events = self.worker.drain()
        for event in events:
            self._hear(event)
        if events:
            self._hurry()
        elif self._looks_in_vain < _REST_AFTER:
            self._looks_in_vain += 1
        elif not self._runs.is_running:
            self._drain.setInterval(REST_MS)

    def _hurry(self) -> None:
        """Something has been asked for, or is being told: look for events often."""
        self._looks_in_vain = 0
        if not self._drain.isActive() or self._drain.interval() != DRAIN_MS:
            self._drain.start(DRAIN_MS)

    def _hear(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self.backend, self.backend_text = event.state, event.text
            self.state_changed.emit()
        elif isinstance(event, PreviewReady):
            self.preview.show(event.ticket, event.result)
        elif isinstance(event, PacksListed):
            self._on_packs(event)
        elif isinstance(event, PackInstalled):
            self._installing = None
            self._on_pack_made(event.entry.id)
        elif isinstance(event, RunFailed) and event.asked != "run":
            self._on_failed(event)
        else:
            self._runs.hear(event)

    def _on_pack_made(self, pack_id: str) -> None:
        """It is installed: list it, and choose it."""
        self.state.expect(pack_id)
        self.list_packs()

    def _on_packs(self, event: PacksListed) -> None:
        self.last_error.clear()
        self.state.set_packs(event.packs, event.broken, recent=self.settings.recent_packs)
        for task in TASKS:
            answer = "yes" if self.state.has_packs(task) else "no"
            self.keep_choice(HAS_PACKS.format(task=task.id), answer)
        self._tell_setting()
        if self._wanted_task is not None and self.state.packs:
            self.choose_task(self._wanted_task)

    def _on_failed(self, event: RunFailed) -> None:
        if event.asked == "packs":
            self._is_awake = False  # turning to the panel tries again
        elif event.asked == "preview":
            self.preview.fail(event.ticket)
        remedy = event.remedy
        if self._installing is not None and event.ticket == self._installing[0]:
            _, path, was_replacing = self._installing
            self._installing = None
            if isinstance(event.error, PackInstallError) and not was_replacing:
                remedy = Remedy("retry", tr("Replace the installed one"))
                self.last_error.again = lambda: self.install_pack(path, is_replacing=True)
        self.last_error.show(event.error, remedy)

    def _tell_setting(self) -> None:
        self.packs_changed.emit()
        self.options_changed.emit()
        self.watch.look()
        self.ask_preview()

    @guarded
    def _on_pixels(self) -> None:
        """Another layer, selection or view: what a message asked for may have been done."""
        self.last_error.look_again()
        self.ask_preview()
