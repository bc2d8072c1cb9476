"""One pass over a feature map in horizontal strips: a small graph, compiled for one strip's size.

A strip is computed with as many rows around it as its layers reach, and those are cut off again. At
the picture's own edges the layers pad, as in the whole picture. All strips of a pass are equally
high, the last one too: it begins earlier and computes some rows again. So one graph of known sizes
does for all of them; OpenVINO takes half the time for it that it takes for one of any size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .feature_map import BFLOAT16, FeatureMap, empty_map
from .layers import Node
from .runtime import DEVICE, core, infer, ops, ov
from .strip_layers import Map

Given = Mapping[FeatureMap, Map]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Rows of a feature map that is computed from others, when they are asked for.

    compute: in a graph, from rows of the sources to `up` rows for each `down` of the first source;
    the others' heights are multiples of its. The rows that lie within `reach` (of the first source,
    a multiple of `down`) of a strip's cut edge may come out wrong. numbers: what the graph takes
    besides, and has not in itself, so that it serves other layers of the same kind, too.
    """

    sources: tuple[FeatureMap, ...]
    compute: Callable[[Given, Sequence[Node]], Map]
    reach: int = 0
    up: int = 1
    down: int = 1
    numbers: tuple[Floats, ...] = ()

    def then(
        self,
        layer: Callable[..., Map],
        *others: FeatureMap,
        reach: int = 0,
        up: int = 1,
        down: int = 1,
        numbers: tuple[Floats, ...] = (),
    ) -> Rows:
        """With a layer behind it, which takes these rows, those of other maps of the same size, and
        the numbers. reach, up and down: of the layer, in rows that it takes.
        """
        before = len(self.numbers)
        down *= self.down
        more = -(-reach * self.down // self.up)
        return Rows(
            (*self.sources, *others),
            lambda given, nodes: layer(
                self.compute(given, nodes[:before]),
                *(given[other] for other in others),
                *nodes[before:],
            ),
            -(-(self.reach + more) // down) * down,
            self.up * up,
            down,
            self.numbers + numbers,
        )

    @property
    def height(self) -> int:
        return self.sources[0].height * self.up // self.down


def rows_of(source: FeatureMap) -> Rows:
    return Rows((source,), lambda given, _: given[source])


class Moments:
    """Mean and variance of each channel, by Chan's method for parts, which are rows here."""

    def __init__(self) -> None:
        self._means: list[Doubles] = []
        self._squares: list[Doubles] = []
        self._width = 0

    def add(self, means: Floats, lengths: Floats, *, width: int) -> None:
        """Of rows of `width` pixels: their means (rows, C), and the lengths, as vectors, of what is
        left of them without the mean.
        """
        self._means.append(means.astype(np.float64))
        self._squares.append(lengths.astype(np.float64) ** 2)
        self._width = width

    def mean_and_variance(self) -> tuple[Doubles, Doubles]:
        """Each (C,), over all places."""
        means, squares = np.concatenate(self._means), np.concatenate(self._squares)
        mean = means.mean(0)
        return mean, squares.mean(0) / self._width + ((means - mean) ** 2).mean(0)


@dataclass(frozen=True)
class _Strip:
    """Rows first to last - 1 of a pass's map: values (rows, W, C)."""

    first: int
    last: int
    values: npt.NDArray[Any]


class StripPasses:
    """rows: of a strip, in the finer one of the two resolutions of a pass; a multiple of 4. dtype:
    of the maps that are kept. on_strip is called after each strip, and may raise to stop.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        rows: int,
        dtype: npt.DTypeLike,
        on_strip: Callable[[], None],
    ) -> None:
        self._settings = dict(settings)
        self._rows = rows
        self._dtype = np.dtype(dtype)
        self._on_strip = on_strip
        self._measuring: tuple[object, Any] | None = None  # the last one, for its kind
        self._shared: dict[str, Any] = {}

    def keep(
        self, rows: Rows, moments: Moments | None = None, *, kind: str | None = None
    ) -> FeatureMap:
        """All rows, and if asked for their moments. kind: of passes that differ in their maps and
        numbers alone, which share a graph until forget().
        """
        whole: FeatureMap | None = None
        for strip in self._strips(rows, self._dtype, moments, kind):
            if whole is None:
                whole = empty_map((rows.height, *strip.values.shape[1:]), self._dtype)
            whole.values[strip.first : strip.last] = strip.values
        assert whole is not None
        return whole

    def measure(self, rows: Rows, moments: Moments) -> None:
        """The moments alone."""
        for _ in self._strips(rows, self._dtype, moments):
            pass

    def write(self, rows: Rows, out: Floats) -> None:
        """All rows into an array (H, W, C)."""
        for strip in self._strips(rows, out.dtype, None):
            out[strip.first : strip.last] = strip.values

    def forget(self) -> None:
        """The shared graphs, and the memory that they hold."""
        self._shared.clear()

    def _strips(
        self,
        rows: Rows,
        dtype: npt.DTypeLike,
        moments: Moments | None,
        kind: str | None = None,
    ) -> Iterator[_Strip]:
        height, own = rows.sources[0].height, self._rows // rows.up
        window = min(height, own + 2 * rows.reach)
        request = self._shared.get(kind or "") or self._request(_pass_model(rows, window, dtype))
        if kind is not None:
            self._shared[kind] = request
        for index, numbers in enumerate(rows.numbers, start=len(rows.sources)):
            request.set_input_tensor(index, ov.Tensor(numbers, shared_memory=True))
        output = request.get_output_tensor(0)
        measuring = None if moments is None else self._moments_request(output)
        for first in range(0, height, own):
            last = min(height, first + own)
            low = min(max(0, first - rows.reach), height - window)
            for index, source in enumerate(rows.sources):
                finer = source.height // height
                given = source.rows(low * finer, (low + window) * finer)
                request.set_input_tensor(index, given)
            infer(request)
            at, until, start = (n * rows.up // rows.down for n in (first, last, low))
            inside = slice(at - start, until - start)
            if moments is not None:
                assert measuring is not None
                measuring.set_input_tensor(0, output)
                infer(measuring)
                means, lengths = (measuring.get_output_tensor(i).data[0, inside, 0] for i in (0, 1))
                moments.add(means, lengths, width=output.shape[2])
            yield _Strip(at, until, output.data.view(dtype)[0, inside])
            self._on_strip()

    def _moments_request(self, strip: Any) -> Any:
        kind = strip.element_type, tuple(strip.shape)
        if self._measuring is None or self._measuring[0] != kind:
            self._measuring = None  # and with it its memory
            self._measuring = kind, self._request(_moments_model(strip))
        return self._measuring[1]

    def _request(self, model: Any) -> Any:
        return core().compile_model(model, DEVICE, self._settings).create_infer_request()


def _pass_model(rows: Rows, window: int, dtype: npt.DTypeLike) -> Any:
    """Of `window` rows of the first source."""
    parameters = {}
    for source in rows.sources:
        finer = source.height // rows.sources[0].height
        shape = [1, window * finer, *source.values.shape[1:]]
        parameters[source] = ops.parameter(shape, source.type)
    given = {source: Map(_as_float32(parameter)) for source, parameter in parameters.items()}
    numbers = [ops.parameter(array.shape, np.float32) for array in rows.numbers]
    made = rows.compute(given, numbers).ordered(last=True).node
    if dtype == BFLOAT16:
        made = ops.convert(made, "bf16")
    return ov.Model([ops.result(made)], [*parameters.values(), *numbers], "pass")


def _moments_model(strip: Any) -> Any:
    """What Moments.add() takes, of the rows of such a tensor."""
    given = ops.parameter(strip.shape, strip.element_type)
    x = _as_float32(given)
    along = ops.constant(np.array([2], np.int64))
    mean = ops.reduce_mean(x, along, True)
    length = ops.reduce_l2(ops.subtract(x, mean), along, True)
    return ov.Model([ops.result(mean), ops.result(length)], [given], "moments")


def _as_float32(x: Any) -> Any:
    return x if x.get_element_type() == ov.Type.f32 else ops.convert(x, "f32")
