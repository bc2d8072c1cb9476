"""What can go wrong in a training, as a branch of the project's one error tree.

DynamicStyleError
└── TrainingError            training cannot start or go on
    ├── ConfigError          an unknown key, a wrong type or a value out of range
    ├── DatasetError         photos or paintings are missing or unreadable
    ├── LossNetworkError     the loss network's weights cannot be had
    ├── DivergenceError      a training whose loss has run away
    └── CheckpointError      a checkpoint that does not belong to this run or is damaged
"""

from __future__ import annotations

from dynamic_style.backend.protocol.errors import DynamicStyleError


class TrainingError(DynamicStyleError):
    code = "training"
    exit_code = 6


class ConfigError(TrainingError):
    code = "training.config"


class DatasetError(TrainingError):
    code = "training.dataset"


class LossNetworkError(TrainingError):
    code = "training.loss_network"


class DivergenceError(TrainingError):
    code = "training.divergence"


class CheckpointError(TrainingError):
    code = "training.checkpoint"
