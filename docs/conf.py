"""How Sphinx makes the documentation: `make docs`. No page asks anything of another server."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_VERSION = re.compile(r'^VERSION = "([^"]+)"', re.MULTILINE)

project = "Dynamic Style"
author = "The Dynamic Style authors"
copyright = author
release = _VERSION.findall((ROOT / "backend/protocol/version.py").read_text(encoding="utf-8"))[0]

extensions = ["myst_parser"]
nitpicky = True
myst_heading_anchors = 3  # so that links to headings are checked, too

html_theme = "alabaster"
html_theme_options = {"description": "Style transfer with dials", "page_width": "70em"}
html_copy_source = False
html_show_sourcelink = False
