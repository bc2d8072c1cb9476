"""What GIMP asks of a plug-in: which procedures there are, and each by its name."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from . import procedures
from .inpainting import inpaint
from .install_pack import install_pack
from .run_modes import stylize


class DynamicStyle(Gimp.PlugIn):  # type: ignore[misc]  # gi has no types
    """A new process for every call, which is why nets stay loaded in the backend and not here."""

    def do_set_i18n(self, _procedure_name: str) -> bool:
        return False  # texts are translated before GIMP sees them

    def do_query_procedures(self) -> list[str]:
        return [procedures.STYLIZE, procedures.INPAINT, procedures.INSTALL_PACK]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        if name == procedures.STYLIZE:
            return procedures.stylize_procedure(self, stylize)
        if name == procedures.INPAINT:
            return procedures.inpaint_procedure(self, inpaint)
        return procedures.install_pack_procedure(self, install_pack)


def main(arguments: Sequence[str]) -> None:
    Gimp.main(DynamicStyle.__gtype__, arguments)
