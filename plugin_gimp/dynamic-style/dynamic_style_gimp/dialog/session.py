"""What happens in the dialog: the session decides, the window shows.

The user's wishes come as calls from the window, what the backend says from the worker; all of it is
on GIMP's main thread. No toolkit here but GLib's timers, which need no display.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gi.repository import GLib

from ..layers.layer_task import LayerTask
from ..layers.presence import check_still_there
from ..layers.reading import Source
from ..layers.run_settings import SelectionMode, Settings, fresh_settings
from ..plugin.errors.error_actions import Remedy, message_for
from ..plugin.events import (
    Event,
    PacksListed,
    PreviewReady,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
)
from ..plugin.pack_list import filter_packs
from ..plugin.panel_state import PanelState
from ..plugin.saved_settings import change_settings, load_settings
from ..plugin.tasks.task import Options
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, JobCancelledError
from ..protocol.messages import PackEntry
from ..protocol.process.launch import record_path
from .dialog_preview import DialogPreview
from .dialog_view import DialogView
from .full_run import FullRun, Painted
from .main_thread_worker import MainThreadWorker
from .setting_up import SettingUp

TICK_MS = 200
_NO_REMEDY = Remedy("none", "")


class DialogSession:
    """sources, start, work: as run_dialog() has them. painted: what OK leaves; None without."""

    def __init__(
        self,
        view: DialogView,
        sources: Sequence[Source],
        start: Settings | None,
        *,
        work: LayerTask,
    ) -> None:
        self.painted: Painted | None = None
        self._view = view
        self._sources = sources
        self._work = work
        self._words = work.task.words()
        self._start = start or fresh_settings(work.task)
        self._selection = self._start.selection
        # How the selection was used as a map, before a pack came that can follow none.
        self._map_wish: SelectionMode | None = None
        self._state = _state_at(self._start, work)
        recipe = self._start.recipe
        self._wanted = (recipe.pack, recipe.pack_title or recipe.pack)  # id and title
        self._heard = MainThreadWorker(self._take)
        self._worker = self._heard.worker
        self._preview = DialogPreview(
            self._worker,
            sources,
            work.task,
            view=view,
            refuse=self._refuse,
            changed=self._show_status,
        )
        self._run: FullRun | None = None
        self._is_starting = False
        self._backend = "idle"
        self._error: DynamicStyleError | None = None
        self._failed: RunFailed | None = None
        self._awaits_install = False  # there is no backend; somebody may be installing it now
        self.set_up = SettingUp(view, ready=self._take_set_up)
        self._timer = 0

    # -- what the user does ----------------------------------------------------------------------

    def open(self) -> None:
        """Look for the backend and its packs, and show the layer meanwhile."""
        self._timer = GLib.timeout_add(TICK_MS, self._tick)
        self._is_starting = True
        self._worker.list_packs()
        self._view.say_in_place_of_packs(self._words.looking)
        try:
            self._preview.show_part(self._start.recipe)
        except DynamicStyleError as error:
            self._refuse(error)
        self._set_busy()
        self._show_status()

    def close(self) -> None:
        self._heard.stop()
        self._preview.close()
        if self._timer:
            GLib.source_remove(self._timer)

    def choose(self, pack_id: str) -> None:
        """One of those that are shown."""
        self._keep_dials()
        self._state.choose(pack_id)
        self._view.hide_notice()
        self._show_pack()

    def turn(self, is_dragging: bool = False) -> None:
        """A dial was turned. is_dragging: the mouse still holds it."""
        self._preview.is_dragging = is_dragging
        pack = self._state.pack
        if pack is None or self._run is not None:
            return
        self._preview.ask(self._settings(), packs_own_px=pack.working_size_px)
        if not is_dragging:
            self._preview.refine_soon()
        self._show_status()

    def set_options(self, options: Options, selection: SelectionMode) -> None:
        self._state.set_options(options)
        self._selection = selection
        self.turn()

    def reset(self) -> None:
        """The chosen pack as it is when it is new."""
        for dial in self._state.dials:
            dial.reset()
        self._state.set_options(self._work.task.defaults)
        self._selection = fresh_settings(self._work.task).selection
        self._show_pack()

    def look_closer(self) -> None:
        """Another number of pixels may be needed."""
        self._preview.refine_soon()

    def run(self) -> None:
        """Paint all layers. What cannot be done is said."""
        if self._state.pack is None or self._run is not None:
            return
        settings = self._settings()
        run = FullRun(self._worker, self._sources, settings, work=self._work)
        try:
            check_still_there(self._sources)
            self._work.check_target(self._sources, settings.recipe.target, settings.selection)
            self._preview.forget()
            run.start_next()
        except DynamicStyleError as error:
            self._refuse(error)
            return
        self._view.hide_notice()
        self._set_run(run)
        self._show_status()

    def cancel(self) -> bool:
        """Stop a run; whether there was one, so that the dialog stays open."""
        if self._run is not None:
            self._worker.cancel()
        return self._run is not None

    def retry(self, remedy: Remedy) -> None:
        """What the button of an error promises."""
        failed = self._failed
        if remedy.kind in ("start", "restart"):
            self._is_starting = True
            self._worker.restart()
            self._worker.list_packs()
        elif failed is not None and failed.asked == "run":
            self.run()
        elif failed is not None and failed.asked == "preview":
            self._show_preview()
        else:
            self._worker.list_packs()
        self._show_status()

    def take_installed(self, pack: PackEntry) -> None:
        """The user has installed a pack, to use it here."""
        self._keep_dials()
        self._wanted = (pack.id, pack.title)
        self._state.expect(pack.id)
        self._view.hide_notice()
        self._worker.list_packs()

    def diagnostics(self) -> str:
        packs = self._state.packs
        return self._heard.diagnostics(state=self._backend, error=self._error, packs=packs)

    # -- what the backend says -------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._backend = f"{event.state} {event.text}".strip()
            self._is_starting = event.state == "starting"
        elif isinstance(event, PacksListed):
            self._take_packs(event)
        elif isinstance(event, PreviewReady):
            if self._preview.take(event) and self._error is not None:
                self._error = None
                self._view.hide_notice()
        elif isinstance(event, RunProgress):
            if self._run is not None and self._run.owns(event.ticket):
                self._run.step(event)
                self._view.show_progress(self._run.fraction, self._run.text)
        elif isinstance(event, RunFinished):
            self._take_result(event)
        elif isinstance(event, RunFailed):
            self._take_failure(event)
        self._show_status()

    def _take_packs(self, event: PacksListed) -> None:
        self._is_starting = False
        packs = filter_packs(event.packs, task=self._work.task.id)
        self._state.set_packs(packs, event.broken, recent=load_settings().recent_packs)
        self._view.hide_notice()
        pack, (wanted, title) = self._state.pack, self._wanted
        text = "" if wanted in ("", pack and pack.id) else self._words.gone.format(name=title)
        if pack is None:
            text = self._words.none_installed
        if text:
            self._view.show_error(text, Remedy("install_pack", tr("Install a style pack…")))
        chosen = "" if pack is None else pack.id
        self._view.show_packs(self._state.packs, event.broken, chosen=chosen)
        self._set_busy()
        self._preview.ask_anew()
        self._show_pack()

    def _take_result(self, event: RunFinished) -> None:
        run = self._run
        if run is None or not run.owns(event.ticket):
            return
        run.take(event)
        painted = run.painted
        if painted is not None:
            self.painted = painted
            change_settings(lambda kept: kept.with_run(painted.settings.recipe))
            self._keep_dials()
            self._run = None
            self._view.end()
            return
        try:
            run.start_next()
        except DynamicStyleError as error:
            self._set_run(None)
            self._refuse(error)

    def _take_failure(self, event: RunFailed) -> None:
        self._is_starting = False
        self._error, self._failed = event.error, event
        self._awaits_install = not record_path().exists()
        self._view.say_in_place_of_packs("")  # the notice says why there are none
        if event.asked == "preview":
            self._preview.fail(event.ticket)
        elif event.asked == "run":
            self._set_run(None)
        if isinstance(event.error, JobCancelledError):
            self._error = None
            self._view.show_hint(tr("Stopped. The image was not changed."))
            self._show_preview()
        else:
            self._view.show_error(message_for(event.error), event.remedy)

    def _tick(self) -> bool:
        self._preview.tick()
        if self._awaits_install and record_path().exists() and not self.set_up.is_at_work:
            self._awaits_install = False
            self.retry(Remedy("retry", ""))
        self.set_up.tick()
        return True

    def _take_set_up(self) -> None:
        """There is a backend now: show its packs, and the first preview."""
        self._awaits_install = False
        self.retry(Remedy("restart", ""))

    # -- what is shown ---------------------------------------------------------------------------

    def _show_pack(self) -> None:
        """Show the dials of the chosen pack, as they were left, and a preview."""
        pack = self._state.pack
        if pack is None:
            return
        self._wanted = (pack.id, pack.title)
        self._view.show_dials(self._state.dials)
        options, selection = self._state.options, self._selection
        if self._map_wish is not None and pack.can_follow_map:
            options, selection = replace(options, follows_selection=True), self._map_wish
            self._map_wish = None
        elif options.follows_selection and not pack.can_follow_map:
            self._map_wish = selection
        options, self._selection = self._view.show_options(options, selection, pack)
        self._state.set_options(options)
        self.turn()

    def _show_preview(self) -> None:
        """Ask for a preview of what is set now, whether or not it was asked for before."""
        self._preview.ask_anew()
        self.turn()

    def _set_run(self, run: FullRun | None) -> None:
        """It has begun; None: it has failed or was taken back, and all can be set again."""
        self._run = run
        if run is None:
            self._view.show_progress(None, "")
        else:
            self._view.show_progress(run.fraction, run.text)
        self._set_busy()

    def _show_status(self) -> None:
        is_running = self._run is not None
        if self._run is not None:
            text = f"{self._words.running} {self._run.text}"
        elif self._is_starting:
            text = tr("Starting the backend…")
        else:
            text = "" if self._state.pack is None else self._preview.status
        is_working = self._preview.is_waiting or is_running or self._is_starting
        self._view.show_status(text, is_working=is_working)

    def _set_busy(self) -> None:
        self._view.set_busy(self._run is not None, has_pack=self._state.pack is not None)

    def _refuse(self, error: DynamicStyleError | None) -> None:
        if error is None:
            self._view.hide_notice()
        else:
            self._view.show_error(message_for(error), _NO_REMEDY)

    # -- what is kept ----------------------------------------------------------------------------

    def _settings(self) -> Settings:
        """What is set now."""
        return Settings(self._state.recipe(), self._selection)

    def _keep_dials(self) -> None:
        pack, turned = self._state.pack, self._state.turned_dials()
        if pack is not None:
            change_settings(lambda kept: kept.with_dials(pack.id, turned))


def _state_at(start: Settings, work: LayerTask) -> PanelState:
    """No pack is known yet; the one of start will be chosen, with its dials, once it is listed."""
    recipe = start.recipe
    stored = dict(load_settings().dials)
    if recipe.dials:
        stored[recipe.pack] = recipe.dials
    state = PanelState(stored)
    state.task = work.task
    state.set_options(work.task.options_of(recipe))
    state.expect(recipe.pack)
    return state
