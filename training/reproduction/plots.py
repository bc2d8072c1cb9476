"""Plots as PNG, by matplotlib without a display. It is imported when something is drawn."""

from __future__ import annotations

import importlib.util
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TrainingError
from ..run_files import replace_file

INCHES, DPI = (7.5, 5.5), 120
Points = Sequence[Sequence[float]]  # x and y first


@dataclass(frozen=True)
class Line:
    """label: in the legend. mark: how matplotlib is to draw it."""

    label: str
    points: Points
    mark: str = "o-"


@dataclass(frozen=True)
class Axes:
    x: str
    y: str
    title: str
    is_logarithmic: bool = True

    def titled(self, title: str) -> Axes:
        return replace(self, title=title)


LOSS_PLANE = Axes("content loss", "style loss", "")


def check_plots() -> None:
    """Raises TrainingError where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise TrainingError(
            "matplotlib, which draws the plots, is not installed beside this program; add it to "
            f'its Python, as by `"{sys.executable}" -m pip install matplotlib`'
        )


def plot(path: Path, lines: Sequence[Line], axes: Axes) -> None:
    """Raises TrainingError where it cannot be written."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, layout="constrained")
    drawn = figure.add_subplot()
    for line in lines:
        columns = list(zip(*line.points, strict=True))
        if columns:
            drawn.plot(columns[0], columns[1], line.mark, label=line.label, markersize=5)
    if axes.is_logarithmic:
        drawn.set_xscale("log")
        drawn.set_yscale("log")
    drawn.set_xlabel(axes.x)
    drawn.set_ylabel(axes.y)
    drawn.set_title(axes.title)
    drawn.tick_params(axis="x", which="both", labelrotation=30)
    drawn.grid(visible=True, which="both", alpha=0.25)
    drawn.legend()
    encoded = io.BytesIO()  # by itself, as sample sheets are
    figure.savefig(encoded, format="png", dpi=DPI, metadata={"Software": None})
    with replace_file(path, "plot") as file:
        file.write(encoded.getbuffer())
