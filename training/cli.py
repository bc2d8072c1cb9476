"""dynamic-style-train: train a pack from a config, measure one, and write it. The only place of
training that prints or exits.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from dynamic_style.backend.cli_streams import Parser, tell
from dynamic_style.backend.manifest import Measurement
from dynamic_style.backend.packs import find_pack, load_pack
from dynamic_style.backend.protocol.errors import ConfigError, DynamicStyleError

from .classical_fills import classical_fills
from .completion_config import parse_completion_config
from .completion_export import export_completion
from .completion_run import TrainedCompletion, run_completion
from .config import TrainingConfig, parse_config, task_of
from .evaluate import Claim, check_table, format_table, measure
from .evaluate_completion import (
    CompletionMeasures,
    check_completion,
    format_comparison,
    measure_completion,
)
from .export import export_pack
from .loss_network import ENVIRONMENT_VARIABLE, load_loss_network
from .pictures import list_pictures
from .run import TrainedRun, run_training
from .run_folder import RunPaths

CONFIGS = Path(__file__).resolve().parent / "configs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, an error's own, 1 for a claim that fails, 130."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except DynamicStyleError as error:
        tell(f"dynamic-style-train: error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        tell("stopped; the same command goes on from the last checkpoint")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="dynamic-style-train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="train a config, measure the result and write its pack")
    run.set_defaults(command=_run)
    run.add_argument("config", help="a TOML file, or the name of one of the shipped configs")
    run.add_argument(
        "--run-folder",
        type=Path,
        metavar="RUN",
        required=True,
        help="folder for checkpoints and logs",
    )
    run.add_argument("--pack", type=Path, help="folder to write the pack to (default: RUN/pack/ID)")
    run.add_argument(
        "--photo", type=Path, required=True, help="freely licensed photo that the previews show"
    )
    run.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    run.add_argument("--cache", type=Path, help="where decoded photos are kept (default: RUN)")

    evaluate = commands.add_parser("evaluate", help="measure a pack and check what it promises")
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("pack", help="an installed pack's id, a folder or a .dynpack file")

    for command in (run, evaluate):
        command.add_argument(
            "--data", type=Path, required=True, help="root of the config's photos and paintings"
        )
        command.add_argument(
            "--loss-network",
            type=Path,
            help=f"VGG-16 features as safetensors (else ${ENVIRONMENT_VARIABLE}, else torchvision)",
        )
    return parser


def _run(options: argparse.Namespace) -> int:
    paths = RunPaths(
        config=_find_config(options.config),
        data=options.data,
        folder=options.run_folder,
        cache=options.cache or options.run_folder,
        loss_network=options.loss_network,
    )
    if task_of(paths.config) == "completion":
        completed = run_completion(paths, device=options.device, note=_note)
        if _is_not_first():
            return 0
        folder = options.pack or options.run_folder / "pack" / completed.config.pack.id
        measured = _measure_completion(completed, options.data)
        export_completion(completed, folder, measured=measured, photo=options.photo)
        failed, seconds = _report_completion(measured), completed.seconds
    else:
        trained = run_training(paths, device=options.device, note=_note)
        if _is_not_first():
            return 0
        folder = options.pack or options.run_folder / "pack" / trained.config.pack.id
        tables = _measure(trained, options.data)
        export_pack(trained, folder, measurements=tables, photo=options.photo)
        failed, seconds = _report(tables, trained.config), trained.seconds
    print(f"pack written to {folder} after {seconds / 60:.1f} minutes of training")
    return failed


def _note(text: str) -> None:
    if not _is_not_first():
        print(f"note: {text}", file=sys.stderr)


def _is_not_first() -> bool:
    """Under torchrun the first process alone measures and writes."""
    return os.environ.get("RANK", "0") != "0"


def _evaluate(options: argparse.Namespace) -> int:
    pack = load_pack(find_pack(options.pack))
    config_text = pack.manifest.training.config
    name = f"training record of pack '{pack.manifest.id}'"
    if pack.manifest.task == "completion":
        completion = parse_completion_config(config_text, name=name)
        scale = completion.loss.activation_scale
        network = load_loss_network(options.loss_network, activation_scale=scale)
        done = TrainedCompletion(completion, config_text, pack.net, network, 0.0)
        return _report_completion(_measure_completion(done, options.data))
    config = parse_config(config_text, name=name)
    network = load_loss_network(options.loss_network, activation_scale=config.loss.activation_scale)
    if network.sha256 != pack.manifest.training.loss_network_sha256:
        print("note: the pack was trained with another loss network", file=sys.stderr)
    trained = TrainedRun(config, config_text, pack.net, network, 0.0)
    return _report(_measure(trained, options.data), config)


def _find_config(name: str) -> Path:
    shipped = CONFIGS / f"{name}.toml"
    if not Path(name).exists() and shipped.exists():
        return shipped
    if not Path(name).exists():
        names = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))
        raise ConfigError(f"config '{name}' does not exist; give a TOML file or one of: {names}")
    return Path(name)


def _measure(trained: TrainedRun, data: Path) -> tuple[Measurement, ...]:
    photos = len(list_pictures(data / trained.config.data.validation))
    total = photos * len(trained.config.dials)
    with tqdm(desc="measuring", total=total, unit="photo") as bar:
        return measure(trained.net, trained.config, trained.network, data, on_photo=bar.update)


def _measure_completion(trained: TrainedCompletion, data: Path) -> CompletionMeasures:
    _, missing = classical_fills()
    if missing:
        print(
            f"note: {', '.join(missing)} not installed, so the comparison lacks their fills; "
            "install the compare extra for them",
            file=sys.stderr,
        )
    with tqdm(desc="measuring", unit="photo") as bar:
        return measure_completion(
            trained.net, trained.config, trained.network, data, on_photo=bar.update
        )


def _report_completion(measured: CompletionMeasures) -> int:
    for table in measured.tables:
        print(format_table(table), end="\n\n")
    for comparison in measured.comparisons:
        print(format_comparison(comparison), end="\n\n")
    return _claims(check_completion(measured))


def _report(tables: Sequence[Measurement], config: TrainingConfig) -> int:
    normalisation = config.loss.normalisation
    for table in tables:
        print(format_table(table), end="\n\n")
    checked = (check_table(table, normalisation=normalisation) for table in tables)
    return _claims([claim for claims in checked for claim in claims])


def _claims(claims: Sequence[Claim]) -> int:
    for claim in claims:
        print(f"{'holds' if claim.holds else 'FAILS'}  {claim.text}")
    return 0 if all(claim.holds for claim in claims) else 1
