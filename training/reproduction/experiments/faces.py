"""Figure 6: dials of a net that makes faces, trained and measured as those of packs are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch.nn.functional as F

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import Measurement

from ...claims import Measured
from ...face_generation.config import FaceConfig, parse_config
from ...face_generation.evaluate import LEAST_ROSE, check_claims, measure
from ...face_generation.making import make_faces
from ...loop.run_folder import RunPaths
from ...photos.sample_sheet import write_sheet
from ...runs import train_run
from ..curves import DRAWS, PERCENTILES, SEED
from ..findings import Finding, Result, read_result
from ..plots import Axes, Line, plot
from ..session import CONFIG, RESULT, Session, read_experiment, training_text

NAME = "faces"
PLOT, PICTURES = "plot.png", "pictures.jpg"
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN_SEEDS, SHOWN_PX = 3, 128


def check_config(config: FaceConfig) -> FaceConfig:
    """The same. Raises ConfigError, and LossNetworkError for a layer."""
    return parse_config(training_text(config, FaceConfig), NAME)


def reproduce(session: Session) -> Result:
    """What was measured is not measured again."""
    config, folder = read_experiment(session, NAME, FaceConfig), session.folder(NAME)
    paths = RunPaths(
        config=folder / CONFIG,
        data=session.data,
        folder=folder / "dynamic",
        cache=session.cache,
        loss_network=session.loss_network,
    )
    kept = read_result(folder / RESULT)
    if kept is not None and all((folder / name).exists() for name in kept.pictures):
        return kept
    trained = train_run(paths, device=session.device, note=session.note)
    measured = measure(trained.net, config, trained.network, session.data, note=session.note)
    _draw(session, trained.net, config, measured)
    main = config.main
    names = ", ".join(f"'{dial.id}' ({dial.steps} steps)" for dial in config.dials)
    return Result(
        experiment=NAME,
        title="Faces",
        figure="figure 6",
        is_quick=session.is_quick,
        tested=f"DCGAN's generator of width {config.net.width}, {main.steps} steps of "
        f"{config.data.batch} faces of '{config.data.photos}', seed {config.seed}; dials {names}, "
        "each with a discriminator and faces of its own. A classifier that has learnt from the "
        f"same labels looks at {measured.tables[0].n} seeds at {len(measured.tables[0].rows)} "
        "alphas from 0 to 1.",
        findings=tuple(_judge(table, config) for table in measured.tables),
        columns=measured.tables[0].columns,
        curves={table.dial: table.rows for table in measured.tables},
        pictures=(PLOT, PICTURES),
    )


def _judge(table: Measurement, config: FaceConfig) -> Finding:
    """One dial by all that packs promise of it; the share of seeds has the interval."""
    claims = check_claims(Measured((table,)), config)
    share = table.column("rose")[-1]
    return Finding(
        claim=f"Dial '{table.dial}' changes its attribute, seed by seed, smoothly, and alone",
        statistic="share of the seeds in which the attribute's probability rises with α, at least "
        f"{LEAST_ROSE:.0%}, while all below holds",
        value=share,
        interval=_find_interval(share, table.n),
        holds=all(claim.holds for claim in claims),
        remarks=tuple(
            f"{'Holds' if claim.holds else 'Does not hold'}: {claim.text.partition(': ')[2]}."
            for claim in claims
        ),
    )


def _find_interval(share: float, count: int) -> tuple[float, float]:
    """A share's bootstrap interval: what draws of as many seeds, with replacement, have of it."""
    drawn = np.random.default_rng(SEED).binomial(count, min(max(share, 0.0), 1.0), DRAWS) / count
    low, high = (float(end) for end in np.percentile(drawn, PERCENTILES))
    return low, high


def _draw(session: Session, net: DynamicNet, config: FaceConfig, measured: Measured) -> None:
    """The plot, and rows of seeds, for one dial after the other."""
    folder = session.folder(NAME)
    lines = [
        Line(
            table.dial,
            list(zip(table.column("alpha"), table.column("attribute"), strict=True)),
        )
        for table in measured.tables
    ]
    axes = Axes("α", "mean probability of the dial's attribute", "Dials of faces", False)
    plot(folder / PLOT, lines, axes)
    seeds: Sequence[int] = range(SHOWN_SEEDS)
    rows = []
    for dial in config.dials:
        swept = [
            F.interpolate(make_faces(net, seeds, {dial.id: Alpha((alpha,))}), (SHOWN_PX, SHOWN_PX))
            for alpha in SHOWN
        ]
        rows += [[faces[i : i + 1] for faces in swept] for i in seeds]
    write_sheet(folder / PICTURES, rows, [f"alpha {alpha:g}" for alpha in SHOWN])
