"""What the stand-in for Krita has of windows and menu entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Action:
    trigger: Callable[[], None]

    def isEnabled(self) -> bool:
        return False

    def setEnabled(self, is_enabled: bool) -> None:
        pass


class Window:
    def activeView(self) -> None:
        return None

    def qwindow(self) -> Window:
        return self

    def findChild(self, _kind: type) -> None:
        return None
