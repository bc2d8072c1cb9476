"""Dynamic Style in Krita: Filter > Dynamic Style, and the docker with the dials.

Krita imports this package when it starts. It registers the menu and the docker and does nothing
else; the backend is started when the panel is first used.
"""

from .extension import register

register()
