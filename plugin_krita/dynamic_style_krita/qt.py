"""The one place that chooses between PyQt5 (Krita 5) and PyQt6 (Krita 6).

Enumerations are written in full everywhere, such as Qt.AlignmentFlag.AlignLeft: both know that.
"""

from __future__ import annotations

try:
    from PyQt5 import QtCore, QtGui, QtWidgets
    from PyQt5.QtCore import pyqtSignal as Signal
    from PyQt5.QtWidgets import QAction
except ImportError:  # Krita forbids the binding that it was not built with
    from PyQt6 import QtCore, QtGui, QtWidgets
    from PyQt6.QtCore import pyqtSignal as Signal
    from PyQt6.QtGui import QAction

Qt = QtCore.Qt

__all__ = ["QAction", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal"]
