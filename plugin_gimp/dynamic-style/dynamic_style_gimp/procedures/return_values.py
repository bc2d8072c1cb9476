"""What a procedure hands back to GIMP: a status that tells the truth, and a text to show."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp, GLib, GObject

from ..plugin.errors.error_actions import message_for, remedy_for
from ..plugin.translations import tr
from ..protocol.errors import BackendError, DynamicStyleError
from ..protocol.process.launch import record_path


def succeeded(procedure: Gimp.Procedure, layers: Sequence[Gimp.Layer] = ()) -> Gimp.ValueArray:
    """layers: what holds the results; the first is the procedure's `layer`, if it has one."""
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    if layers:
        values.remove(1)
        values.insert(1, GObject.Value(Gimp.Layer, layers[0]))
    return values


def installed(procedure: Gimp.Procedure, pack_id: str) -> Gimp.ValueArray:
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    values.remove(1)
    values.insert(1, GObject.Value(GObject.TYPE_STRING, pack_id))
    return values


def style_begun(procedure: Gimp.Procedure, folder: str, pack_id: str) -> Gimp.ValueArray:
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    for index, text in ((1, folder), (2, pack_id)):
        values.remove(index)
        values.insert(index, GObject.Value(GObject.TYPE_STRING, text))
    return values


def counted(procedure: Gimp.Procedure, count: int) -> Gimp.ValueArray:
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    values.remove(1)
    values.insert(1, GObject.Value(GObject.TYPE_INT, count))
    return values


def cancelled(procedure: Gimp.Procedure) -> Gimp.ValueArray:
    return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)


def failed(
    procedure: Gimp.Procedure, error: DynamicStyleError, *, where: str = ""
) -> Gimp.ValueArray:
    """Nothing is wrong with the call: GIMP shows the text, a script finds it as the last error.
    where: which of several layers it was.
    """
    text = f"{where}: {message_for(error)}" if where else message_for(error)
    # where the dialogs have a button, words
    is_missing = isinstance(error, BackendError) and not record_path().exists()
    remedy = remedy_for(error, is_starting=is_missing, is_installed=not is_missing).kind
    if remedy == "set_up":
        advice = tr("Open Stylize…, which sets it up, or brings it up to date.")
        text = f"{text} ({advice})"
    elif remedy == "restart":
        advice = tr("Try again; if it stays so, open Stylize…, which can restart the backend.")
        text = f"{text} ({advice})"
    return _error(procedure, Gimp.PDBStatusType.EXECUTION_ERROR, text)


def miscalled(procedure: Gimp.Procedure, error: DynamicStyleError) -> Gimp.ValueArray:
    """The arguments cannot be used."""
    return _error(procedure, Gimp.PDBStatusType.CALLING_ERROR, message_for(error))


def broke(procedure: Gimp.Procedure, error: Exception) -> Gimp.ValueArray:
    """A fault of the plug-in. Left to itself, GIMP would show nothing at all."""
    text = tr(
        "Something unexpected went wrong ({error}); the image may be undone to what it was. This "
        "is a fault of the plug-in."
    ).format(error=f"{type(error).__name__}: {error}")
    return _error(procedure, Gimp.PDBStatusType.EXECUTION_ERROR, text)


def _error(procedure: Gimp.Procedure, status: Gimp.PDBStatusType, text: str) -> Gimp.ValueArray:
    quark = Gimp.PlugIn.error_quark()  # GLib.Error(text) alone has no domain, which GIMP dislikes
    return procedure.new_return_values(status, GLib.Error.new_literal(quark, text, 0))
