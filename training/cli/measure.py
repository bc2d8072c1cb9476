"""The `evaluate` command, and the measurements that every command prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.tensors import load_pack

from ..claims import Claim, Measured, format_comparison, format_table
from ..loop.progress import Progress
from ..loss_network import load_loss_network
from ..tasks import TASKS
from .messages import print_note, print_result

CLAIMS_FAIL = 8  # exit code: no other failure has it


def evaluate(options: argparse.Namespace) -> int:
    """Measure a pack again; returns the exit code."""
    pack = load_pack(find_pack(options.pack))
    task, record = TASKS[pack.manifest.task], pack.manifest.training
    config = task.parse_config(record.config, f"training record of pack '{pack.manifest.id}'")
    network = load_loss_network(options.loss_network, activation_scale=config.loss.activation_scale)
    if network.sha256 != record.loss_network_sha256:
        print_note("the pack was measured with another loss network when it was made")
    measured = task.measure(
        pack.net, config, network, options.data, note=print_note, progress=Progress()
    )
    claims = task.check_claims(measured, config)
    report(measured, claims)
    return 0 if all(claim.holds for claim in claims) else CLAIMS_FAIL


def report(measured: Measured, claims: Sequence[Claim]) -> None:
    """Print the tables and what they promise."""
    for table in measured.tables:
        print_result(format_table(table) + "\n")
    for comparison in measured.comparisons:
        print_result(format_comparison(comparison) + "\n")
    for claim in claims:
        print_result(f"{'holds' if claim.holds else 'FAILS'}  {claim.text}")
