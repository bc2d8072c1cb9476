"""Entry of `python3 -m installer`. Written so that even very old Pythons reach the message."""

import sys

OLDEST = (3, 10)  # requires-python of pyproject.toml

if __name__ == "__main__":
    if sys.version_info[:2] < OLDEST:
        sys.stderr.write(
            "error: this is Python %d.%d (%s), but Dynamic Style needs Python %d.%d or newer.\n"  # noqa: UP031
            "Install a newer Python and start this with it, for example:\n"
            "    python3.12 -m installer demo\n"
            % (sys.version_info[0], sys.version_info[1], sys.executable, OLDEST[0], OLDEST[1])
        )
        sys.exit(1)

    from .cli import main

    sys.exit(main())
