"""The project's version. This is the one place that says it: pyproject.toml reads it from here, and
backend and plug-ins, which carry this folder, tell it to each other.
"""

VERSION = "0.1.0"
