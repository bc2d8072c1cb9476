"""Entry of `python3 -m installer`. Written so that even very old Pythons reach the message."""

import sys
from pathlib import Path

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

    if not __package__:  # started as `python3 installer`, which leaves the checkout out of the path
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from installer.cli import main

    sys.exit(main())
