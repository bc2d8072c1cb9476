"""What an experiment has found, as its result.json keeps it."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CheckpointError
from ..run_files import replace_file


@dataclass(frozen=True)
class Finding:
    """claim: a sentence that is true or not. statistic: what decides, with its limit. value: what
    was measured; None where that gives no number. interval: its 95 % bootstrap interval; None where
    there is none.
    """

    claim: str
    statistic: str
    value: float | None
    interval: tuple[float, float] | None
    holds: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """figure: of the paper. tested: how, with sizes, steps and photos. curves: by name, rows of the
    numbers that columns name. pictures: files beside result.json.
    """

    experiment: str
    title: str
    figure: str
    is_quick: bool
    tested: str
    findings: tuple[Finding, ...]
    columns: tuple[str, ...]
    curves: dict[str, tuple[tuple[float, ...], ...]]
    pictures: tuple[str, ...]
    explanation: str = ""


def format_number(value: float | None) -> str:
    """As texts have it, where it is no number, too."""
    if value is None or not math.isfinite(value):
        return "no number"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value + 0.0:.3g}"


def write_result(path: Path, result: Result) -> None:
    """Raises TrainingError."""
    text = json.dumps(_plain(dataclasses.asdict(result)), indent=1, ensure_ascii=False)
    with replace_file(path, "result") as file:
        file.write(f"{text}\n".encode())


def read_result(path: Path) -> Result | None:
    """None where there is none. Raises CheckpointError for a damaged one."""
    if not path.exists():
        return None
    try:
        table = json.loads(path.read_bytes())
        findings = tuple(_read_finding(finding) for finding in table.pop("findings"))
        curves = {
            name: tuple(tuple(row) for row in rows) for name, rows in table.pop("curves").items()
        }
        columns, pictures = tuple(table.pop("columns")), tuple(table.pop("pictures"))
        return Result(findings=findings, curves=curves, columns=columns, pictures=pictures, **table)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"result '{path}' cannot be read: {error}; delete it and start the same command again"
        ) from error


def _read_finding(table: dict[str, Any]) -> Finding:
    interval = table.pop("interval")
    return Finding(
        interval=None if interval is None else (interval[0], interval[1]),
        remarks=tuple(table.pop("remarks")),
        **table,
    )


def _plain(value: Any) -> Any:
    """The same with numbers that JSON has: None for those that are not finite."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
