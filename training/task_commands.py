"""What the commands need of a task, and the trained net that they pass on. A task fills this in in
its folder's commands.py, and knows nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from .claims import Claim, Measured
from .loop.progress import Progress
from .loop.run_folder import RunPaths
from .loop.task import BatchSource, Task
from .loss_network import LossNetwork
from .notes import Note
from .pack_export import Description, Pictures
from .settings import TaskConfig

C = TypeVar("C", bound=TaskConfig)
C_in = TypeVar("C_in", bound=TaskConfig, contravariant=True)


class Prepare(Protocol[C_in]):
    def __call__(
        self,
        config: C_in,
        paths: RunPaths,
        *,
        network: LossNetwork,
        device: torch.device,
        note: Note,
    ) -> tuple[Task, BatchSource]: ...


class Measure(Protocol[C_in]):
    def __call__(
        self,
        net: DynamicNet,
        config: C_in,
        network: LossNetwork,
        data: Path,
        *,
        note: Note,
        progress: Progress,
    ) -> Measured: ...


@dataclass(frozen=True)
class TaskCommands(Generic[C]):
    """settings: the config's class, whose free_keys are those by which nothing is trained.

    parse_config: from a TOML text and the name that messages call it. Raises ConfigError and, for
    an unknown layer, LossNetworkError.
    describe: what the manifest will say. Raises a PackError where the pack that the run starts
    from cannot be used.
    build_net: a fresh net with all dials, as the first step finds it. Raises what describe does,
    and ConfigError for a tap that the net does not have.
    prepare: read all that a run learns from. Raises DatasetError.
    measure: the tables, over the validation photos under data, as the part `measuring` of the
    progress. Raises DatasetError.
    measures_in_float32: whatever the steps are computed in.
    list_tables: the same tables with zeros in them, for checks before there is a net.
    check_claims: what the tables promise.
    draw_pictures: of a net on the CPU and a freely licensed photo. Raises DatasetError.
    needs_photo: whether the pictures show a photo; else draw_pictures is given none.
    """

    settings: type[C]
    free_keys: tuple[str, ...]
    parse_config: Callable[[str, str], C]
    describe: Callable[[C], Description]
    build_net: Callable[[C], DynamicNet]
    prepare: Prepare[C]
    measure: Measure[C]
    measures_in_float32: bool
    list_tables: Callable[[C], Measured]
    check_claims: Callable[[Measured, C], tuple[Claim, ...]]
    draw_pictures: Callable[[DynamicNet, C, Path | None], Pictures]
    needs_photo: bool = True


@dataclass(frozen=True)
class Trained:
    """A net all of whose phases are done. seconds: of training, over all sittings."""

    task: TaskCommands[Any]
    config: TaskConfig
    config_text: str
    description: Description
    net: DynamicNet
    network: LossNetwork
    seconds: float
