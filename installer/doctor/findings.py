"""What the doctor says: one finding for each thing it has looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..origin import INSTALL as COMMAND

OK = "ok"
WARNING = "warning"  # it works, but not as well as it could, or not for long
PROBLEM = "problem"  # something does not work
INSTALL = f"run `{COMMAND}`"


@dataclass(frozen=True)
class Finding:
    """check: a short name that stays. what: one sentence. why and mend: "" where all is well."""

    check: str
    state: str
    what: str
    why: str = ""
    mend: str = ""


def has_problem(findings: Sequence[Finding]) -> bool:
    return any(finding.state == PROBLEM for finding in findings)


def document(findings: Sequence[Finding]) -> dict[str, Any]:
    """What `doctor --json` prints."""
    return {
        "ok": not has_problem(findings),
        "findings": [asdict(finding) for finding in findings],
    }
