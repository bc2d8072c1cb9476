"""Dynamic Style in GIMP 3.0 and 3.2. Standard library and gi only; the installer lays the folders
`protocol` and `plugin` beside these modules.
"""

from .protocol.version import VERSION

__all__ = ["VERSION"]
