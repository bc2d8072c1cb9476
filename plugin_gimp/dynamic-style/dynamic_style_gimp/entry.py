"""What GIMP asks of a plug-in: which procedures there are, and each by its name."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from .procedures import registration
from .procedures.install_pack import install_pack
from .procedures.new_style import new_style
from .procedures.run_modes import generate, inpaint, stylize
from .procedures.stylize_frames import stylize_frames


class DynamicStyle(Gimp.PlugIn):  # type: ignore[misc]  # gi has no types
    """A new process for every call, which is why nets stay loaded in the backend and not here."""

    def do_set_i18n(self, _procedure_name: str) -> bool:
        return False  # texts are translated before GIMP sees them

    def do_query_procedures(self) -> list[str]:
        return [
            registration.STYLIZE,
            registration.FRAMES,
            registration.INPAINT,
            registration.GENERATE,
            registration.NEW_STYLE,
            registration.INSTALL_PACK,
        ]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        if name == registration.STYLIZE:
            return registration.stylize_procedure(self, stylize)
        if name == registration.FRAMES:
            return registration.frames_procedure(self, stylize_frames)
        if name == registration.INPAINT:
            return registration.inpaint_procedure(self, inpaint)
        if name == registration.GENERATE:
            return registration.generate_procedure(self, generate)
        if name == registration.NEW_STYLE:
            return registration.new_style_procedure(self, new_style)
        return registration.install_pack_procedure(self, install_pack)


def main(arguments: Sequence[str]) -> None:
    Gimp.main(DynamicStyle.__gtype__, arguments)
