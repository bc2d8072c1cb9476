"""The one error tree. Every message says what, which, why, and what to do next.

DynamicStyleError
├── UsageError               an argument is missing, unknown or out of range
│   └── AlphaError           a dial that the pack does not have, or an alpha that is no number
├── PackError                a style pack cannot be used
│   ├── PackNotFoundError    no pack of that id or at that path
│   ├── PackFormatError      not a well-formed pack: manifest, files, tensors
│   ├── PackVersionError     a newer format than this program reads
│   ├── PackArchiveError     a .dynpack file that could harm or mislead its reader
│   ├── PackIntegrityError   a hash, a size or the golden check does not match
│   ├── PackBaseError        an add-on whose main net is not installed
│   └── PackInstallError     cannot be installed, replaced or removed
├── ImageError               a picture cannot be read, written or processed
│   ├── ImageReadError
│   ├── ImageWriteError
│   └── ImageSizeError       too large for the memory at hand, or too small
├── DeviceError              the computing device is missing or out of memory
└── TrainingError            training cannot start or go on
    ├── ConfigError          an unknown key, a wrong type or a value out of range
    ├── DatasetError         photos or paintings are missing or unreadable
    ├── LossNetworkError     the loss network's weights cannot be had
    └── CheckpointError      a checkpoint that does not belong to this run or is damaged
"""

from __future__ import annotations

from typing import ClassVar


class DynamicStyleError(Exception):
    """Base of all. `code` names the class on the wire; `exit_code` is the command line's."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1


class UsageError(DynamicStyleError):
    code = "usage"
    exit_code = 2


class AlphaError(UsageError):
    code = "usage.alpha"


class PackError(DynamicStyleError):
    code = "pack"
    exit_code = 3


class PackNotFoundError(PackError):
    code = "pack.not_found"


class PackFormatError(PackError):
    code = "pack.format"


class PackVersionError(PackError):
    code = "pack.version"


class PackArchiveError(PackError):
    code = "pack.archive"


class PackIntegrityError(PackError):
    code = "pack.integrity"


class PackBaseError(PackError):
    code = "pack.base"


class PackInstallError(PackError):
    code = "pack.install"


class ImageError(DynamicStyleError):
    code = "image"
    exit_code = 4


class ImageReadError(ImageError):
    code = "image.read"


class ImageWriteError(ImageError):
    code = "image.write"


class ImageSizeError(ImageError):
    code = "image.size"


class DeviceError(DynamicStyleError):
    code = "device"
    exit_code = 5


class TrainingError(DynamicStyleError):
    code = "training"
    exit_code = 6


class ConfigError(TrainingError):
    code = "training.config"


class DatasetError(TrainingError):
    code = "training.dataset"


class LossNetworkError(TrainingError):
    code = "training.loss_network"


class CheckpointError(TrainingError):
    code = "training.checkpoint"
