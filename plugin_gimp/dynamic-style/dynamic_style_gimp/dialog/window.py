"""The window of Stylize… and of Inpaint Selection…: what the user sees and does. What the backend
says arrives in dialog_events.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gi.repository import Gimp

from ..layers.hole import Hole
from ..layers.placing import check_target
from ..layers.placing_fills import check_fill_target
from ..layers.presence import check_still_there
from ..layers.run_settings import Settings, fresh_settings
from ..pack_scan import known_packs
from ..plugin.dial_model import DialModel, dial_models, numbers_of, turned_of
from ..plugin.error_actions import Remedy, message_for
from ..plugin.pack_list import COMPLETION
from ..plugin.previews.preview_flow import PreviewFlow
from ..plugin.recipe import Recipe
from ..plugin.saved_settings import change_settings, load_settings
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError
from ..protocol.messages import BrokenPack, PackEntry, Result
from .help import show_help
from .install import run_install_dialog
from .layer_jobs import FullRun
from .layout import RESET, add_search_key, body, left_side, new_dialog, right_side
from .preview_sources import LayerPreviews, previews_of
from .progress_bar import RunProgress
from .session import DialogEvents
from .task_texts import texts_of
from .widgets.css import add_look
from .widgets.dial_row import DialRow
from .widgets.gtk import GimpUi, GLib, Gtk, Pango
from .widgets.info_bar import Notice
from .widgets.mnemonics import Mnemonics
from .widgets.options_box import OptionsBox
from .widgets.pack_chooser import PackChooser
from .widgets.preview_view import PreviewView

if TYPE_CHECKING:
    from ..layers.reading import Source

# Letters of the window's fixed texts; the dials take from what is left.
TAKEN_LETTERS = "hrcoyiasbf1lwtkgdev"
REFINE_AFTER_MS = 250
_NO_REMEDY = Remedy("none", "")


class DialogWindow:
    """sources, start, task: as run_dialog() has them. settings, results and holes: what run()
    leaves.
    """

    def __init__(self, sources: Sequence[Source], start: Settings | None, *, task: str) -> None:
        GimpUi.init("dynamic-style")
        add_look()
        self.settings = start or fresh_settings(task)
        self.results: tuple[Result, ...] = ()
        self.holes: tuple[Hole, ...] = ()
        self.task = task
        self._texts = texts_of(task)
        self._sources = sources
        self._models: list[DialModel] = []
        self._rows: list[DialRow] = []
        self._full_run: FullRun | None = None
        self._is_dragging = False
        self._refine_timer = 0
        self._asked: Settings | None = None  # what the newest preview shows
        self._has_refused = False  # to make a preview, and the notice says why
        self.events = DialogEvents(self)
        source = sources[0]
        stream = f"gimp-{id(self):x}"
        self._previews = previews_of(source, task)
        self.flow = PreviewFlow(self.events.worker, self._previews, stream=stream)
        self.view = PreviewView(self.refine_soon)
        self.notice = Notice(self._remedy, self.events.copy_diagnostics)
        self.progress = RunProgress()
        self.chooser = PackChooser(
            self._choose,
            self._install,
            heading=self._texts.packs,
            likely=len(known_packs(task)),
        )
        self.options = OptionsBox(
            self._changed,
            has_selection=source.has_selection,
            long_side_px=max(source.width, source.height),
            is_result=source.into is not None,
            is_completion=task == COMPLETION,
        )
        self._dial_box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=10)
        self._status = Gtk.Label(
            xalign=0, hexpand=True, ellipsize=Pango.EllipsizeMode.END, name="preview-status"
        )
        self._spinner = Gtk.Spinner()
        self._side = right_side(self.chooser.widget, self._dial_box, self.options.widget)
        self._dialog = self._make_dialog()

    # -- for dialog.py ---------------------------------------------------------------------------

    def run(self) -> bool:
        """Show the dialog until it is done; whether with a result."""
        self.events.start()
        self.chooser.say(self._texts.looking)
        try:
            self._show_part(self.settings.recipe)
        except DynamicStyleError as error:
            self.notice.show_error(message_for(error), _NO_REMEDY)
        self._dialog.show_all()
        Gimp.progress_end()  # GIMP's bar has said that the dialog would come
        self._set_busy(False)
        self.update_status()
        return bool(GimpUi.Dialog.run(self._dialog) == Gtk.ResponseType.OK and self.results)

    def close(self) -> None:
        self.events.stop()
        if self._refine_timer:
            GLib.source_remove(self._refine_timer)
        self._dialog.destroy()

    # -- for dialog_events.py --------------------------------------------------------------------

    @property
    def pack(self) -> PackEntry | None:
        return self.chooser.chosen

    def show_packs(self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack]) -> None:
        """List them; the one that the settings name is chosen, else the first."""
        wanted = self.settings.recipe.pack
        ids = [pack.id for pack in packs]
        if wanted and wanted not in ids:
            name = self.settings.recipe.pack_title or wanted
            text = self._texts.gone.format(name=name)
            self.notice.show_error(text, Remedy("install_pack", tr("Install a style pack…")))
        if not ids:
            self.chooser.show(packs, broken, chosen="")
            text = self._texts.none_installed
            self.notice.show_error(text, Remedy("install_pack", tr("Install a style pack…")))
        else:
            self.chooser.show(packs, broken, chosen=wanted if wanted in ids else ids[0])
            self._show_pack()
        self._set_busy(False)

    def show_preview(self) -> None:
        """Ask for a preview of what is set now, whether or not it was asked for before."""
        self._asked = None
        self._changed()

    def refine_soon(self) -> None:
        """Let the preview become what the result will look like, once the dials rest."""
        if self._refine_timer:
            GLib.source_remove(self._refine_timer)
        self._refine_timer = GLib.timeout_add(REFINE_AFTER_MS, self._refine)

    @property
    def full_run(self) -> FullRun | None:
        return self._full_run

    def finish_run(self, run: FullRun) -> None:
        """All layers are painted: end the dialog with the results."""
        self.results, self.holes = tuple(run.results), tuple(run.holes)
        self.settings = run.settings
        recipe, turned = run.settings.recipe, turned_of(self._models)
        change_settings(lambda kept: kept.with_run(recipe).with_dials(recipe.pack, turned))
        self._full_run = None
        self._dialog.response(Gtk.ResponseType.OK)

    def end_run(self) -> None:
        """The run has failed or was taken back: all can be set again."""
        self._full_run = None
        self.progress.hide()
        self._set_busy(False)

    def start_run(self) -> None:
        """Paint all layers. What cannot be done is said in the dialog."""
        if self.pack is None or self._full_run is not None:
            return
        settings = self._read(self.pack)
        run = FullRun(self.events.worker, self._sources, settings)
        try:
            check_still_there(self._sources)
            if self.task == COMPLETION:
                check_fill_target(self._sources, settings.recipe.target)
            else:
                check_target(self._sources, settings)
            self.flow.forget()
            run.start_next()
        except DynamicStyleError as error:
            self.notice.show_error(message_for(error), _NO_REMEDY)
            return
        self._full_run = run
        self.notice.hide()
        self.progress.show(0.0)
        self._set_busy(True)
        self.update_status()

    def update_status(self) -> None:
        """Say what the picture shows."""
        text = self._status_text()
        self._status.set_text(text)
        self.view.describe(text)
        if self.flow.is_waiting or self._full_run is not None or self.events.is_starting:
            self._spinner.start()
        else:
            self._spinner.stop()

    # -- what the user does ----------------------------------------------------------------------

    def _choose(self, pack: PackEntry) -> None:
        self._keep_dials()
        self.settings = replace(self.settings, recipe=replace(self.settings.recipe, dials={}))
        self.notice.hide()
        self._show_pack()

    def _show_pack(self) -> None:
        """Show the dials of the chosen pack, as they were left, and a preview."""
        pack = self.pack
        if pack is None:
            return
        recipe = self.settings.recipe
        dials = dict(recipe.dials) if recipe.pack == pack.id else {}
        if not dials:
            dials = dict(load_settings().dials.get(pack.id, {}))
        self._models = dial_models(pack.dials, dials)
        mnemonics = Mnemonics(TAKEN_LETTERS)
        for row in self._rows:
            self._dial_box.remove(row.widget)
        self._rows = [DialRow(model, self._changed, mnemonics) for model in self._models]
        for row in self._rows:
            self._dial_box.pack_start(row.widget, False, False, 0)
        self._dial_box.show_all()
        self.options.show(self.settings, packs_own_px=pack.working_size_px)
        self._changed()

    def _changed(self, is_dragging: bool = False) -> None:
        """Something that a preview shows was set."""
        self._is_dragging = is_dragging
        if self.pack is None or self._full_run is not None:
            return
        settings = self._read(self.pack)
        if settings != self._asked:
            self._asked = self.settings = settings
            self._ask(settings, self.pack)
        if not is_dragging:
            self.refine_soon()
        self.update_status()

    def _ask(self, settings: Settings, pack: PackEntry) -> None:
        working = settings.recipe.working_size_px or pack.working_size_px
        recipe = replace(settings.recipe, working_size_px=working)
        try:
            check_still_there(self._sources)
            if isinstance(self._previews, LayerPreviews):
                self._previews.selection = settings.selection
            self._show_part(recipe)
            self.flow.ask(recipe)
        except DynamicStyleError as error:
            self.flow.forget()
            self._has_refused = True
            self.notice.show_error(message_for(error), _NO_REMEDY)
            return
        if self._has_refused:
            self._has_refused = False
            self.notice.hide()

    def _show_part(self, recipe: Recipe) -> None:
        moved = self.flow.moves(recipe)
        if moved is not None:
            part, before = moved
            self.view.show_part((part.width, part.height), before)

    def _refine(self) -> bool:
        self._refine_timer = 0
        if self._is_dragging or self._full_run is not None:
            return False
        try:
            check_still_there(self._sources)
            before = self.flow.refine(self.view.needed_long_side_px)
        except DynamicStyleError as error:
            self.notice.show_error(message_for(error), _NO_REMEDY)
            return False
        if before is not None:
            self.view.set_before(before)
        self.update_status()
        return False

    def _reset(self) -> None:
        """The chosen pack as it is when it is new."""
        for row in self._rows:
            row.model.reset()
            row.show()
        if self.pack is not None:
            fresh = fresh_settings(self.task)
            self.options.show(fresh, packs_own_px=self.pack.working_size_px)
        self._changed()

    def _remedy(self, remedy: Remedy) -> None:
        if remedy.kind == "install_pack":
            self._install()
        elif remedy.kind == "update":
            self._help()
        else:
            self.events.retry(remedy)

    def _install(self) -> None:
        entry = run_install_dialog(self._dialog)
        if entry is not None:
            self._keep_dials()
            recipe = replace(self.settings.recipe, pack=entry.id, dials={})
            self.settings = replace(self.settings, recipe=recipe)
            self.notice.hide()
            self.events.list_packs()

    def _help(self) -> None:
        try:
            show_help(self._dialog)
        except DynamicStyleError as error:
            self.notice.show_error(message_for(error), _NO_REMEDY)

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        """Only an OK with results, or a Cancel while nothing runs, ends the dialog."""
        if response == Gtk.ResponseType.OK and self.results:
            return
        if response in (Gtk.ResponseType.OK, Gtk.ResponseType.HELP, RESET):
            dialog.stop_emission_by_name("response")
        if response == Gtk.ResponseType.OK:
            self.start_run()
        elif response == Gtk.ResponseType.HELP:
            self._help()
        elif response == RESET:
            self._reset()
        elif self._full_run is not None:
            dialog.stop_emission_by_name("response")
            self.events.worker.cancel()

    def _closed(self, _dialog: Gtk.Dialog, _event: object) -> bool:
        """Escape and the window's own button stop a run like Cancel; whether that was all."""
        is_running = self._full_run is not None
        if is_running:
            self.events.worker.cancel()
        return is_running

    # -- helpers ---------------------------------------------------------------------------------

    def _read(self, pack: PackEntry) -> Settings:
        """What is set now."""
        recipe = replace(
            self.settings.recipe,
            task=self.task,
            pack=pack.id,
            pack_sha256=pack.sha256,
            pack_title=pack.title,
            dials=numbers_of(self._models),
        )
        return self.options.applied_to(replace(self.settings, recipe=recipe))

    def _keep_dials(self) -> None:
        pack, turned = self.settings.recipe.pack, turned_of(self._models)
        if pack and self._models:
            change_settings(lambda kept: kept.with_dials(pack, turned))

    def _status_text(self) -> str:
        if self._full_run is not None:
            return f"{self._texts.running} {self.progress.text}"
        if self.events.is_starting:
            return tr("Starting the backend…")
        if self.pack is None or self._asked is None:
            return ""
        if self.events.is_slow:
            return tr("Preview: still waiting for the backend…")
        if self.flow.is_final:
            return tr("This is how the result will look")
        return tr("Preview")

    def _set_busy(self, is_busy: bool) -> None:
        """While a run is under way, only looking and Cancel are possible."""
        for widget in (self._side, self._dialog.get_widget_for_response(RESET)):
            widget.set_sensitive(not is_busy)
        is_ready = not is_busy and self.pack is not None
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, is_ready)

    def _make_dialog(self) -> Gtk.Dialog:
        dialog = new_dialog(self._texts.title)
        dialog.connect("response", self._responded)
        dialog.connect("delete-event", self._closed)
        add_search_key(dialog, self.chooser.focus_search)
        beside = (self.progress.widget, self._spinner)
        left = left_side(self.view.widget, self._status, *beside)
        content = dialog.get_content_area()
        content.pack_start(self.notice.widget, False, False, 0)
        content.pack_start(body(left, self._side), True, True, 0)
        return dialog
