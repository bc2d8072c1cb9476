"""The `evaluate` command, and the measurements that every command prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.manifest import Measurement
from dynamic_style.backend.packs.reader import load_pack

from ..completion.baselines import classical_fills
from ..completion.config import parse_completion_config
from ..completion.evaluate import (
    CompletionMeasures,
    check_completion,
    format_comparison,
    measure_completion,
)
from ..completion.run import TrainedCompletion
from ..loss_network import load_loss_network
from ..photos.reading import list_pictures
from ..style_transfer.config import TrainingConfig, parse_config
from ..style_transfer.evaluate import Claim, check_table, format_table, measure
from ..style_transfer.run import TrainedRun
from .messages import note, result

CLAIMS_FAIL = 8  # exit code: no other failure has it


def evaluate(options: argparse.Namespace) -> int:
    """Measure a pack again; returns the exit code."""
    pack = load_pack(find_pack(options.pack))
    config_text = pack.manifest.training.config
    name = f"training record of pack '{pack.manifest.id}'"
    if pack.manifest.task == "completion":
        completion = parse_completion_config(config_text, name=name)
        scale = completion.loss.activation_scale
        network = load_loss_network(options.loss_network, activation_scale=scale)
        done = TrainedCompletion(completion, config_text, pack.net, network, 0.0)
        claims = report_completion(measure_trained_completion(done, options.data))
    else:
        config = parse_config(config_text, name=name)
        scale = config.loss.activation_scale
        network = load_loss_network(options.loss_network, activation_scale=scale)
        if network.sha256 != pack.manifest.training.loss_network_sha256:
            note("the pack was trained with another loss network")
        trained = TrainedRun(config, config_text, pack.net, network, 0.0)
        claims = report(measure_trained(trained, options.data), config)
    return 0 if all(claim.holds for claim in claims) else CLAIMS_FAIL


def measure_trained(trained: TrainedRun, data: Path) -> tuple[Measurement, ...]:
    photos = len(list_pictures(data / trained.config.data.validation))
    total = photos * len(trained.config.dials)
    with tqdm(desc="measuring", total=total, unit="photo") as bar:
        return measure(trained.net, trained.config, trained.network, data, on_photo=bar.update)


def measure_trained_completion(trained: TrainedCompletion, data: Path) -> CompletionMeasures:
    _, missing = classical_fills()
    if missing:
        note(
            f"{', '.join(missing)} not installed, so the comparison lacks their fills; install "
            "the compare extra for them"
        )
    with tqdm(desc="measuring", unit="photo") as bar:
        return measure_completion(
            trained.net, trained.config, trained.network, data, on_photo=bar.update
        )


def report_completion(measured: CompletionMeasures) -> Sequence[Claim]:
    """Print the tables and what they promise."""
    for table in measured.tables:
        result(format_table(table) + "\n")
    for comparison in measured.comparisons:
        result(format_comparison(comparison) + "\n")
    return _shown(check_completion(measured))


def report(tables: Sequence[Measurement], config: TrainingConfig) -> Sequence[Claim]:
    """Print the tables and what they promise."""
    normalisation = config.loss.normalisation
    for table in tables:
        result(format_table(table) + "\n")
    checked = (check_table(table, normalisation=normalisation) for table in tables)
    return _shown([claim for claims in checked for claim in claims])


def _shown(claims: Sequence[Claim]) -> Sequence[Claim]:
    for claim in claims:
        result(f"{'holds' if claim.holds else 'FAILS'}  {claim.text}")
    return claims
