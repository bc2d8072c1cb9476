"""dynamic-style-train: make a pack from a painting or a config, and measure one. In training only
the modules of this folder print or exit.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from dynamic_style.backend.cli.streams import Parser
from dynamic_style.backend.protocol.errors import DynamicStyleError

from ..loop.interrupts import interruptible
from ..loss_network import ENVIRONMENT_VARIABLE
from . import flicker, loss_network, measure, new, photos, reproduce
from . import run as cli_run
from .messages import PROGRAM, print_error

INTERRUPTED = 130  # as shells count a program that Ctrl-C ended

DESCRIPTION = "Make a pack from one painting, or from a config, and measure packs."
EXIT_CODES = """\
exit codes:
  0 all is well      2 wrong usage     3 a pack     4 a picture     5 the device
  6 the painting, the config, the photos, the loss network or the run's folder
  1 anything else
  8 the tables do not keep what packs promise: `new` writes the pack all the same, the others
    only with --keep-anyway
  130 stopped by Ctrl-C, SIGTERM or another such signal
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, return the exit code. argparse itself exits for --help and wrong usage."""
    options = build_parser().parse_args(arguments)
    try:
        with interruptible():
            return int(options.command(options))
    except DynamicStyleError as failure:
        print_error(str(failure))
        return failure.exit_code
    except KeyboardInterrupt:
        print_error("stopped; the same command goes on from the last checkpoint")
        return INTERRUPTED
    except MemoryError:
        print_error("the memory is full; close other programs, or lower data.batch or data.crop_px")
        return 1
    except BrokenPipeError:
        raise  # a reader that has gone is no error
    except OSError as failure:  # a path that no check foresaw: its name and reason say enough
        print_error(f"{failure}; check that file or folder, then start the same command again")
        return 1


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    make = add("new", "make a pack from one painting and a folder of photos")
    make.set_defaults(command=new.new)
    new.add_arguments(make)

    run = add("run", "train a config, measure the result and write its pack")
    run.set_defaults(command=cli_run.run)
    run.add_argument("config", help="a TOML file, or the name of one of the shipped configs")
    run.add_argument(
        "--run-folder",
        type=Path,
        metavar="RUN",
        required=True,
        help="folder for checkpoints and logs",
    )
    run.add_argument("--cache", type=Path, help="where decoded photos are kept (default: RUN)")

    export = add("export", "measure a run that is trained and write its pack, without training")
    export.set_defaults(command=cli_run.export)
    export.add_argument("run_folder", type=Path, metavar="RUN", help="the run's folder")
    export.add_argument(
        "--config",
        type=Path,
        help="a config changed in what does not train, such as titles and ranges (default: RUN's)",
    )

    for command in (make, run, export):
        command.add_argument(
            "--pack", type=Path, help="folder to write the pack to (default: RUN/pack/ID)"
        )
        command.add_argument(
            "--photo",
            type=Path,
            help="freely licensed photo that the previews show"
            + (" (default: one of --photos)" if command is make else "; packs of faces show none"),
        )
        if command is not make:
            command.add_argument(
                "--keep-anyway",
                action="store_true",
                help="write the pack even where its tables do not keep what packs promise",
            )
        command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")

    evaluate = add("evaluate", "measure a pack and check what it promises")
    evaluate.set_defaults(command=measure.evaluate)
    evaluate.add_argument("pack", help="an installed pack's id, a folder or a .dynpack file")

    flickers = add("flicker", "measure how much a style pack's clips flicker, beside others'")
    flickers.set_defaults(command=flicker.measure)
    flicker.add_arguments(flickers)

    again = add("reproduce", "try what the method's paper claims, and say what holds")
    again.set_defaults(command=reproduce.reproduce)
    reproduce.add_arguments(again)

    keep = add("loss-network", "keep the loss network, 15 MB, for all other commands to find")
    keep.set_defaults(command=loss_network.keep)
    keep.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="VGG-16's features as safetensors, in torchvision's names "
        f"(default: ${ENVIRONMENT_VARIABLE}, else a download)",
    )

    gather = add("photos", "gather freely licensed photos to train on, or list them")
    gather.set_defaults(command=photos.gather)
    gather.add_argument(
        "unpacked",
        type=Path,
        nargs="?",
        help="folder into which the listed packages of Debian were unpacked (default: list them)",
    )
    gather.add_argument(
        "--data",
        type=Path,
        default=Path(),
        help="data root to write photos/train and photos/val to (default: this folder)",
    )

    for command in (make, run, export, evaluate, flickers, again):
        if command not in (make, again):
            command.add_argument(
                "--data", type=Path, required=True, help="root of the config's photos and paintings"
            )
        command.add_argument(
            "--loss-network",
            type=Path,
            help=f"VGG-16 features as safetensors (else ${ENVIRONMENT_VARIABLE}, else what "
            "`loss-network` keeps, else a download)",
        )
    return parser
