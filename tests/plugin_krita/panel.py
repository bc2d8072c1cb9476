"""A controller that a test uses as a user does: without widgets, with a picture in Krita's stand-in
and a worker that answers by itself.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from dynamic_style_krita.model import controller as controller_module
from dynamic_style_krita.model.controller import Controller

from .krita_stand_in import Document, Krita, Node, photo
from .qt_stand_in import pass_time
from .scripted_worker import ScriptedWorker

SECOND_MS = 1000


class Panel:
    """before and after: what the preview shows. told: the names of the controller's signals."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(controller_module, "Worker", ScriptedWorker)
        self.photo = photo()
        self.document = Document(Node("Paper"), self.photo)
        Krita.instance().opened.append(self.document)
        self.controller = Controller()
        self.worker: Any = self.controller.worker
        self.before: Any = None
        self.after: tuple[Any, bool] | None = None
        self.shown: list[Any] = []
        self.controller.preview.before.connect(self._show_before)
        self.controller.preview.after.connect(self._show_after)

    def open(self) -> None:
        """The user opens the panel and turns to it."""
        self.controller.show_panel(1, True)
        self.controller.wake()
        self.wait()

    def wait(self, milliseconds: float = SECOND_MS) -> None:
        pass_time(milliseconds)

    def turn(self, alpha: float) -> None:
        self.controller.state.dials[0].set(alpha)
        self.controller.ask_preview()

    @property
    def message(self) -> str:
        shown = self.controller.last_error.shown
        return "" if shown is None else shown[0]

    @property
    def remedy(self) -> str:
        shown = self.controller.last_error.shown
        return "" if shown is None else shown[1].kind

    def saved(self) -> Any:
        """What the next session finds."""
        for thread in threading.enumerate():
            if thread.name == controller_module.SAVING:
                thread.join(10)
        return controller_module.load_settings()

    def _show_before(self, pixels: Any) -> None:
        self.before, self.after = pixels, None

    def _show_after(self, pixels: Any, is_preview: bool) -> None:
        self.after = (pixels, is_preview)
        self.shown.append(pixels)


def samples_of(pixels: Any) -> npt.NDArray[np.uint8]:
    return np.frombuffer(bytes(pixels.data), np.uint8).reshape(pixels.height, pixels.width, 4)
