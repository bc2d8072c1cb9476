"""Copy Diagnostics: what a bug report needs, into the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from .. import VERSION
from ..backend import host_name
from ..plugin.diagnostics import diagnostics_text
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError
from ..protocol.messages import PackEntry
from .widgets.gtk import Gdk, Gtk


def copy_diagnostics(
    worker: Worker,
    *,
    state: str,
    error: DynamicStyleError | None,
    packs: Sequence[PackEntry] = (),
) -> None:
    """state: of the backend, as it was last told. error: the last one."""
    text = diagnostics_text(
        host=host_name(),
        version=VERSION,
        state=state,
        welcome=worker.welcome,
        packs=packs,
        error=error,
    )
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    clipboard.set_text(text, -1)
    clipboard.store()  # so that it is still there when the dialog is gone
