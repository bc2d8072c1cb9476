"""What packs are for, in the words of the command line, and which command that is. No torch."""

from __future__ import annotations

from ...packs import Manifest
from ...protocol.errors import UsageError

# task -> what a pack of it does, and the command that does so
USES = {
    "style_transfer": ("stylizes pictures", "stylize"),
    "completion": ("fills what a mask covers", "complete"),
    "generation": ("makes pictures of its own", "generate"),
}


def check_task(manifest: Manifest, *tasks: str) -> None:
    """Raises UsageError, naming the command to use, for a pack that is for none of these tasks."""
    if manifest.task not in tasks:
        does, command = USES[manifest.task]
        raise UsageError(
            f"pack '{manifest.id}' {does}: 'dynamic-style {command}' uses it; "
            "'dynamic-style packs list' says what each pack does"
        )
