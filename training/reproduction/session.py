"""What all experiments of one call share, and their configs: a training's, and the table
`reproduce` beside it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import CheckpointError
from ..loss_network import LossNetwork, load_loss_network
from ..new_pack.config_text import to_toml
from ..notes import Note
from ..ranges import check_ranges
from ..run_files import replace_file
from ..settings import TaskConfig
from ..toml_settings import read_text, settings_from_toml

CONFIGS = Path(__file__).resolve().parents[1] / "configs" / "reproduce"
CONFIG, RESULT = "config.toml", "result.json"
ORIGIN = "loss-network.sha256"
TRAINED_BY = "Trained by `dynamic-style-train reproduce`"

E = TypeVar("E")


@dataclass(frozen=True)
class Session:
    """data: the root of photos and paintings. out: where experiments and the report go. configs:
    folders in which an experiment's config is looked for, the first one first.
    """

    data: Path
    out: Path
    configs: tuple[Path, ...]
    is_quick: bool
    loss_network: Path | None
    device: str
    note: Note
    options: str  # of the command, for the report

    def folder(self, experiment: str) -> Path:
        return self.out / experiment

    @property
    def cache(self) -> Path:
        """Where decoded photos are kept."""
        return self.out / "photos"

    def find_config(self, experiment: str) -> Path:
        places = [folder / f"{experiment}.toml" for folder in self.configs]
        return next((path for path in places if path.exists()), places[-1])

    def load_network(self, config: TaskConfig, experiment: str) -> LossNetwork:
        """The one that the experiment began with. Raises LossNetworkError, and CheckpointError for
        another one.
        """
        scale, folder = config.loss.activation_scale, self.folder(experiment)
        network = load_loss_network(self.loss_network, activation_scale=scale)
        refusal = (
            f"'{folder}' holds this experiment with another loss network; name that one "
            "(--loss-network), give --out another folder, or delete that one to start again"
        )
        keep_origin(folder / ORIGIN, network.sha256, refusal=refusal)
        return network


def read_experiment(session: Session, experiment: str, kind: type[E]) -> E:
    """The experiment's config, which is kept in its folder: what is there already belongs to it.

    Raises what check_experiment does, and CheckpointError where it cannot be kept.
    """
    config, text = _read(session, experiment, kind)
    kept = session.folder(experiment) / CONFIG
    if not kept.exists():
        with replace_file(kept, "the experiment's config", error=CheckpointError) as file:
            file.write(text.encode())
    return config


def check_experiment(session: Session, experiment: str, kind: type[E]) -> E:
    """The experiment's config, of which nothing is kept yet. kind: a training's config with a table
    `reproduce`, mostly.

    Raises ConfigError, and CheckpointError where its folder holds one of another config.
    """
    return _read(session, experiment, kind)[0]


def keep_origin(path: Path, digest: str, *, refusal: str) -> None:
    """Keep in a file the SHA-256 of what all beside it was made with. Raises CheckpointError,
    which says refusal, where that was something else.
    """
    try:
        kept = path.read_text(encoding="utf-8", errors="replace").strip() if path.exists() else ""
    except OSError as error:
        raise CheckpointError(
            f"'{path}' cannot be read: {error.strerror or error}; give --out another folder"
        ) from error
    if kept and kept != digest:
        raise CheckpointError(refusal)
    if not kept:
        with replace_file(path, "what was measured with", error=CheckpointError) as file:
            file.write(f"{digest}\n".encode())


def training_text(config: TaskConfig, kind: type[TaskConfig]) -> str:
    """The training's own part of an experiment's config, as TOML. kind: its class."""
    members = {field.name: getattr(config, field.name) for field in dataclasses.fields(kind)}
    return to_toml(kind(**members), comment=TRAINED_BY)


def describe_photos(count: int) -> str:
    return f"Measured on {count} photos that no net has seen"


def _read(session: Session, experiment: str, kind: type[E]) -> tuple[E, str]:
    path, folder = session.find_config(experiment), session.folder(experiment)
    text = read_text(path)
    config = settings_from_toml(kind, text, name=str(path))
    check_ranges(config, str(path))
    kept = folder / CONFIG
    try:
        is_other = kept.exists() and kept.read_bytes() != text.encode()
    except OSError as error:
        raise CheckpointError(
            f"'{kept}' cannot be read: {error.strerror or error}; give --out another folder"
        ) from error
    if is_other:
        raise CheckpointError(
            f"'{folder}' holds this experiment with another config, a quick one maybe; give "
            "--out another folder, or delete that one to start again"
        )
    return config, text
