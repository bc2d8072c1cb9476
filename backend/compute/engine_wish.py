"""What a user wants nets to run on: by options, or by the environment. Loads nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ..protocol.errors import UsageError

ENGINES = ("auto", "openvino", "torch")
PRECISIONS = ("auto", "float32", "bfloat16")
ENGINE_VARIABLE = "DYNAMIC_STYLE_ENGINE"  # environment: what takes the place of "auto"
PRECISION_VARIABLE = "DYNAMIC_STYLE_PRECISION"


@dataclass(frozen=True)
class EngineWish:
    """What was asked for. device: auto, cpu, cuda or mps. threads: of the CPU, None for all."""

    engine: str = "auto"
    precision: str = "auto"
    device: str = "auto"
    threads: int | None = None


def wished(
    engine: str | None,
    precision: str | None,
    *,
    device: str = "auto",
    threads: int | None = None,
    environment: Mapping[str, str] = os.environ,
) -> EngineWish:
    """What was asked for by words, and where they are None, by the environment. Raises UsageError
    for words that name no engine or precision.
    """
    return EngineWish(
        _word(engine, "--engine", ENGINE_VARIABLE, ENGINES, environment),
        _word(precision, "--precision", PRECISION_VARIABLE, PRECISIONS, environment),
        device,
        threads,
    )


def _word(
    given: str | None,
    option: str,
    variable: str,
    words: tuple[str, ...],
    environment: Mapping[str, str],
) -> str:
    word, where = (given, option) if given else (environment.get(variable) or "auto", variable)
    if word not in words:
        raise UsageError(f"{where} {word!r}: choose one of {', '.join(words)}")
    return word
