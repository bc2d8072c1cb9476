"""What the session has the window show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..layers.run_settings import SelectionMode
from ..plugin.dial_model import DialModel
from ..plugin.errors.error_actions import Remedy
from ..plugin.tasks.task import Options
from ..protocol.messages import BrokenPack, PackEntry
from ..protocol.pixels import Pixels


class DialogView(Protocol):
    @property
    def needed_long_side_px(self) -> int:
        """How many screen pixels the longer side of the whole part covers."""
        ...

    def say_in_place_of_packs(self, text: str) -> None: ...

    def show_packs(
        self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack], *, chosen: str
    ) -> None:
        """chosen: an id; empty where there are none."""
        ...

    def show_dials(self, dials: Sequence[DialModel]) -> None:
        """The user turns these very models; the session is told then."""
        ...

    def show_options(
        self, options: Options, selection: SelectionMode, pack: PackEntry
    ) -> tuple[Options, SelectionMode]:
        """Returns what is shown: numbers out of a file may be none that can be set, and not every
        pack can follow a selection.
        """
        ...

    def show_part(self, size: tuple[int, int], before: Pixels) -> None:
        """Another part of the layer, of which there is no result yet. size: (width, height) in the
        layer's pixels.
        """
        ...

    def show_before(self, pixels: Pixels) -> None: ...
    def show_after(self, pixels: Pixels) -> None: ...
    def show_status(self, text: str, *, is_working: bool) -> None: ...

    def show_progress(self, fraction: float | None, text: str) -> None:
        """fraction: 0 to 1; None: nothing runs."""
        ...

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        """While a run is under way, only looking and Cancel are possible."""
        ...

    def show_error(self, text: str, remedy: Remedy) -> None: ...
    def show_set_up(self, text: str, fraction: float) -> None:
        """How far the set-up of the backend is; empty: it is over."""
        ...

    def show_hint(self, text: str) -> None: ...
    def hide_notice(self) -> None: ...

    def end(self) -> None:
        """The results are there."""
        ...
