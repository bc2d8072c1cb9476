"""report.md over all experiments that have a result: what was claimed, how it was tried, and
whether it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..run_files import replace_file
from .findings import Finding, Result, format_number

REPORT = "report.md"
HOLDS, FAILS = "holds", "does not hold"
QUICK = """\
**Quick numbers decide nothing.** These nets are two or three channels wide and saw a few drawn \
pictures for a few steps: this report shows that everything runs, and no more.
"""
INTRODUCTION = """\
Each experiment of *Dynamic-Net: Tuning the Objective Without Re-training for Synthesis Tasks* \
(Shoshan, Mechrez and Zelnik-Manor, ICCV 2019) that was tried here. Numbers in brackets are 95 % \
bootstrap intervals over photos, or seeds for faces. A claim holds where its number, over all of \
them, keeps the limit. Seeds of trainings are fixed; one training of each net was made, so the \
intervals say nothing of what another one would give.
"""


def write_report(folder: Path, results: Sequence[Result], *, options: str) -> None:
    """options: of the commands that repeat it. Raises TrainingError."""
    parts = ["# Dynamic-Net, reproduced\n"]
    if any(result.is_quick for result in results):
        parts.append(QUICK)
    parts += [INTRODUCTION, _list_verdicts(results)]
    parts += [_describe(result, folder, options) for result in results]
    with replace_file(folder / REPORT, "report") as file:
        file.write("\n".join(parts).encode())


def format_finding(finding: Finding) -> str:
    """One line: the verdict first."""
    return f"{_verdict(finding)}: {finding.claim} ({finding.statistic}: {_number(finding)})"


def _list_verdicts(results: Sequence[Result]) -> str:
    lines = ["| experiment | claim | number | |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {result.experiment} | {finding.claim} | {_number(finding)} | {_verdict(finding)} |"
        for result in results
        for finding in result.findings
    ]
    return "\n".join(lines) + "\n"


def _describe(result: Result, folder: Path, options: str) -> str:
    lines = [f"## {result.title} ({result.figure})\n", f"{result.tested}\n"]
    for finding in result.findings:
        lines.append(f"- **{_verdict(finding)}**: {finding.claim}")
        lines.append(
            f"  {finding.statistic[:1].upper()}{finding.statistic[1:]}: {_number(finding)}."
        )
        lines += [f"  {remark}" for remark in finding.remarks]
    lines.append("")
    lines += [f"![{name}]({result.experiment}/{name})\n" for name in result.pictures]
    if result.explanation:
        lines.append(f"{result.explanation}\n")
    command = f'dynamic-style-train reproduce {result.experiment} {options} --out "{folder}"'
    lines.append(f"Again: `{command}`\n")
    return "\n".join(lines)


def _verdict(finding: Finding) -> str:
    return HOLDS if finding.holds else FAILS


def _number(finding: Finding) -> str:
    if finding.interval is None:
        return format_number(finding.value)
    low, high = finding.interval
    return f"{format_number(finding.value)} [{format_number(low)}, {format_number(high)}]"
