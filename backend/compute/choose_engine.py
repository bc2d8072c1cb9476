"""Which engine computes: torch on a GPU where there is one, else OpenVINO, else torch on the CPU.

Nothing is loaded to find that out but the engine that is taken; whether there may be a GPU is told
by the files of its driver.
"""

from __future__ import annotations

import ctypes.util
import logging
import sys
from importlib.util import find_spec
from pathlib import Path

from ..protocol.errors import DeviceError, UsageError
from ..protocol.process.missing_packages import TORCH, remedy
from .engine import Engine
from .engine_wish import EngineWish

log = logging.getLogger(__name__)

GPU_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # NVIDIA's, WSL's and AMD's drivers'


def choose_engine(wish: EngineWish) -> Engine:
    """An engine, ready to load packs. What was asked for by name is never replaced by another:
    raises DeviceError where it is missing, UsageError where wishes contradict each other.
    """
    if chosen_name(wish) == "torch":
        return _torch(wish)
    try:
        return _openvino(wish)
    except (ImportError, OSError, RuntimeError) as error:  # a library or a processor it cannot use
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        if wish.engine == "openvino" or not has_torch():
            raise DeviceError(
                f"OpenVINO is installed and cannot be loaded ({reason[0]}); install it again"
                + (", or use --engine torch" if has_torch() else "")
            ) from error
        log.warning("OpenVINO cannot be loaded (%s), torch computes", reason[0])
        return _torch(wish)


def chosen_name(wish: EngineWish) -> str:
    """The name of the engine that is taken. Raises as choose_engine."""
    if wish.engine != "auto":
        return wish.engine
    return "torch" if _wants_torch(wish) else "openvino"


def would_choose(name: str, device: str, wish: EngineWish) -> bool:
    """Whether that engine on that device is the one that would be taken, as far as can be told
    without loading any: where there is a GPU's driver, torch on the GPU is expected.
    """
    is_free = wish.engine == "auto"
    has_gpu = has_torch() and _may_have_gpu() and not _is_cpu_build()
    expects_gpu = wish.device not in ("auto", "cpu") or (wish.device == "auto" and has_gpu)
    if wish.engine == "openvino" or (is_free and has_openvino() and not expects_gpu):
        return (name, device) == ("openvino", "cpu")
    return name == "torch" and (device != "cpu") == expects_gpu


def _is_cpu_build() -> bool:
    """Whether PyTorch says of itself that it was built without a GPU's part."""
    from importlib.metadata import PackageNotFoundError, version  # 10 ms, of use with a GPU alone

    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _wants_torch(wish: EngineWish) -> bool:
    if wish.device not in ("auto", "cpu") or not has_openvino():
        return True
    if wish.device == "cpu" or not has_torch() or not _may_have_gpu():
        return False
    from .device import choose_device

    return choose_device("auto").type != "cpu"


def _openvino(wish: EngineWish) -> Engine:
    if wish.device not in ("auto", "cpu"):
        raise UsageError(
            f"OpenVINO computes on the CPU here, not on '{wish.device}'; leave out --engine, or "
            "use --engine torch"
        )
    if not has_openvino():
        raise DeviceError(
            "OpenVINO is not installed beside this program; 'pip install openvino' there adds it, "
            "or use --engine torch"
        )
    from .openvino_engine import OpenVinoEngine

    return OpenVinoEngine(wish.precision, threads=wish.threads)


def _torch(wish: EngineWish) -> Engine:
    require_torch(
        "leave out --device" if wish.device not in ("auto", "cpu") else "use --engine openvino"
    )
    from .torch_engine import TorchEngine

    engine = TorchEngine(wish.device, threads=wish.threads)
    if wish.precision not in ("auto", engine.precision):
        raise UsageError(
            f"torch computes in {engine.precision} here; leave out --precision {wish.precision}"
            + (", or use --engine openvino" if has_openvino() and engine.device == "cpu" else "")
        )
    return engine


def require_torch(otherwise: str = "") -> None:
    """Raise DeviceError, which says how to add it, where PyTorch is missing. otherwise: what does
    without, where there is OpenVINO.
    """
    if has_torch():
        return
    choice = f"; or {otherwise}" if otherwise and has_openvino() else ""
    raise DeviceError(
        "PyTorch is not installed beside this program. To add it, give the command: "
        f"{remedy(TORCH, Path(sys.executable))}{choice}"
    )


def has_openvino() -> bool:
    """Whether it is installed; nothing is loaded."""
    return find_spec("openvino") is not None


def has_torch() -> bool:
    return find_spec("torch") is not None


def _may_have_gpu() -> bool:
    """Whether there is a driver of a GPU that torch may use."""
    if sys.platform == "darwin":
        return True  # every Mac that there is a current torch for
    if sys.platform == "win32":
        return ctypes.util.find_library("nvcuda") is not None
    return any(Path(name).exists() for name in GPU_FILES)
