"""The environment variables that the installer's child processes get."""

from __future__ import annotations

import os

# Each would lead a child past its own virtual environment: to other modules, another Python, or
# another place to install to. pip's settings for index, proxy and certificates stay as they are.
MISLEADING = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_PYTHON",
)


def clean_environment() -> dict[str, str]:
    """Return this process's environment variables without those that mislead a child."""
    variables = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    variables["PIP_USER"] = "0"  # pip refuses a --user install inside a virtual environment
    return variables
