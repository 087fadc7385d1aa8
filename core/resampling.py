"""The resampling of MedImageParse's reference clients, as one small matrix a side.

The reference resizes with scikit-image's ``resize(order=3, mode="constant", anti_aliasing=True)``:
a Gaussian against aliasing, then a cubic spline. Both are linear and act on each axis alone, so
along one axis the whole operation is a matrix with few non-zero entries a row. We read that matrix
off SciPy's own operators once per side length and keep it; applying it is plain BLAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]

# The spline's prefilter answers an impulse with a tail that falls by 0.268 a sample (the pole of
# the cubic B-spline, sqrt(3) - 2): after 10 samples it is below 2e-6, far under a grey level.
_SPLINE_TAIL = 10
# SciPy cuts its Gaussian at four standard deviations.
_GAUSSIAN_TRUNCATE = 4.0
# Output rows that share one dense block: few enough that the block is mostly band.
_BLOCK = 32


@dataclass(frozen=True, eq=False)
class _Block:
    """Output rows ``first:first + len(weights)`` are ``weights @ input[start:stop]``."""

    first: int
    start: int
    stop: int
    weights: Float32


@dataclass(frozen=True, eq=False)
class ReferenceResampler:
    """Resample one axis of length ``size`` to ``side`` like the reference clients do."""

    size: int
    side: int
    blocks: tuple[_Block, ...]

    def apply(self, signal: Float32, offset: int = 0) -> Float32:
        """Resample along the first axis.

        Args:
            signal: float32 (n, k): rows ``offset:offset + n`` of the full axis; all other rows of
                the axis are zero, which is what padding is, so they are not even looked at.
            offset: Where ``signal`` starts on the full axis.

        Returns:
            float32 (side, k).
        """
        end = offset + signal.shape[0]
        out = np.zeros((self.side, signal.shape[1]), dtype=np.float32)
        for block in self.blocks:
            start, stop = max(block.start, offset), min(block.stop, end)
            if start < stop:
                weights = block.weights[:, start - block.start : stop - block.start]
                rows = slice(block.first, block.first + len(weights))
                out[rows] = weights @ signal[start - offset : stop - offset]
        return out

    def apply_along_rows(self, signal: Float32, offset: int = 0) -> Float32:
        """Resample along the second axis: float32 (k, n) to float32 (k, side), see `apply`."""
        end = offset + signal.shape[1]
        out = np.zeros((signal.shape[0], self.side), dtype=np.float32)
        for block in self.blocks:
            start, stop = max(block.start, offset), min(block.stop, end)
            if start < stop:
                weights = block.weights[:, start - block.start : stop - block.start]
                columns = slice(block.first, block.first + len(weights))
                out[:, columns] = signal[:, start - offset : stop - offset] @ weights.T
        return out


@lru_cache(maxsize=64)
def reference_resampler(size: int, side: int) -> ReferenceResampler:
    """Build the resampler for one axis (cached: it depends on the two lengths only).

    Args:
        size: Length of the axis before, in pixels, at least 1.
        side: Length of the axis after, in pixels, at least 1.
    """
    reach = _reach(size, side)
    response = _comb_response(size, side, period=2 * reach + 1)
    centres = _centres(size, side)
    blocks = []
    for first in range(0, side, _BLOCK):
        rows = slice(first, min(first + _BLOCK, side))
        start = max(0, int(np.floor(centres[rows][0])) - reach + 1)
        stop = min(size, int(np.floor(centres[rows][-1])) + reach + 1)
        columns = np.arange(start, stop)
        weights = response[rows][:, columns % response.shape[1]]
        # A comb has several teeth; only the one within reach of a row is that row's own.
        distance = columns[None, :] - np.floor(centres[rows])[:, None]
        weights = np.where(np.abs(distance) <= reach, weights, 0.0)
        blocks.append(_Block(first, start, stop, np.ascontiguousarray(weights, dtype=np.float32)))
    return ReferenceResampler(size, side, tuple(blocks))


def _reach(size: int, side: int) -> int:
    """How far, in input pixels, an output pixel looks to each side."""
    sigma = max(0.0, (size / side - 1.0) / 2.0)
    return int(_GAUSSIAN_TRUNCATE * sigma + 0.5) + 2 + _SPLINE_TAIL


def _comb_response(size: int, side: int, period: int) -> npt.NDArray[np.float64]:
    """Answer of SciPy's operators to combs: column k has ones at k, k + period, k + 2 period...

    The teeth are so far apart that their answers do not overlap: ``period`` columns tell the whole
    matrix, and the edges are treated exactly as the reference treats them.

    Returns:
        float64 (side, period).
    """
    from scipy import ndimage  # noqa: PLC0415 - slow to import, needed once a size

    combs = np.zeros((size, period))
    index = np.arange(size)
    combs[index, index % period] = 1.0
    sigma = max(0.0, (size / side - 1.0) / 2.0)
    if size > side:
        combs = ndimage.gaussian_filter1d(
            combs, sigma, axis=0, mode="constant", truncate=_GAUSSIAN_TRUNCATE
        )
    rows, columns = np.meshgrid(_centres(size, side), np.arange(period), indexing="ij")
    return np.asarray(
        ndimage.map_coordinates(combs, (rows, columns), order=3, mode="grid-constant")
    )


def _centres(size: int, side: int) -> npt.NDArray[np.float64]:
    """Where the centres of the output pixels lie on the input axis, pixel centres at integers."""
    return (np.arange(side) + 0.5) * size / side - 0.5
