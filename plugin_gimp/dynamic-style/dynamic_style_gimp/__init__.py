"""Dynamic Style in GIMP 3.0 and 3.2. Standard library and gi only; the installer lays the folders
`protocol` and `panel` beside these modules.
"""

from .panel.version import PLUGIN_VERSION as VERSION

__all__ = ["VERSION"]
