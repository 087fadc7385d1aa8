"""The resampling of MedImageParse's reference clients, as one small matrix a side.

The reference resizes with scikit-image's ``resize(order=3, mode="constant", anti_aliasing=True)``:
a Gaussian against aliasing, then a cubic spline. Both are linear and act on each axis alone, so
along one axis the whole operation is a matrix with few non-zero entries a row. We read that matrix
off SciPy's own operators once per side length and keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Float32 = npt.NDArray[np.float32]

# The spline's prefilter answers an impulse with a tail that falls by 0.268 a sample (the pole of
# the cubic B-spline, sqrt(3) - 2): after 10 samples it is below 2e-6, far under a grey level.
_SPLINE_TAIL = 10
# SciPy cuts its Gaussian at four standard deviations.
_GAUSSIAN_TRUNCATE = 4.0
# Weights below this are dropped: all of a row together change a pixel by less than 0.05 levels.
_NEGLIGIBLE = 1e-5


@dataclass(frozen=True, eq=False)
class ReferenceResampler:
    """Resample one axis of length ``size`` to ``side`` like the reference clients do.

    Attributes:
        size: Length of the axis before.
        side: Length of the axis after.
        weights: Sparse float32 (side, size).
    """

    size: int
    side: int
    weights: csr_array

    def apply(self, signal: Float32, offset: int = 0) -> Float32:
        """Resample along the first axis.

        Args:
            signal: float32 (n, k), C order: rows ``offset:offset + n`` of the full axis. All other
                rows are zero, which is what padding is, so they are not even looked at.
            offset: Where ``signal`` starts on the full axis.

        Returns:
            float32 (side, k).
        """
        weights = self.weights
        if signal.shape[0] != self.size:
            weights = weights[:, offset : offset + signal.shape[0]]
        return np.asarray(weights @ signal, dtype=np.float32)


@lru_cache(maxsize=64)
def reference_resampler(size: int, side: int) -> ReferenceResampler:
    """Build the resampler for one axis (cached: it depends on the two lengths only).

    Args:
        size: Length of the axis before, in pixels, at least 1.
        side: Length of the axis after, in pixels, at least 1.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    reach = _reach(size, side)
    response = _comb_response(size, side, period=2 * reach + 1)
    # A comb has several teeth; only the one within reach of an output pixel is its own.
    centres = np.floor(_centres(size, side)).astype(np.intp)
    columns = centres[:, None] + np.arange(-reach, reach + 1)
    rows = np.broadcast_to(np.arange(side)[:, None], columns.shape)
    values = np.take_along_axis(response, columns % response.shape[1], axis=1)
    used = (columns >= 0) & (columns < size) & (np.abs(values) > _NEGLIGIBLE)
    entries = (values[used].astype(np.float32), (rows[used], columns[used]))
    return ReferenceResampler(size, side, csr_array(entries, shape=(side, size)))


def _reach(size: int, side: int) -> int:
    """How far, in input pixels, an output pixel looks to each side."""
    return int(_GAUSSIAN_TRUNCATE * _sigma(size, side) + 0.5) + 2 + _SPLINE_TAIL


def _sigma(size: int, side: int) -> float:
    """Standard deviation of the Gaussian against aliasing, in input pixels; 0 when enlarging."""
    return max(0.0, (size / side - 1.0) / 2.0)


def _centres(size: int, side: int) -> npt.NDArray[np.float64]:
    """Where the centres of the output pixels lie on the input axis, pixel centres at integers."""
    return (np.arange(side) + 0.5) * size / side - 0.5


def _comb_response(size: int, side: int, period: int) -> npt.NDArray[np.float64]:
    """Answer of SciPy's operators to combs: column k has ones at k, k + period, k + 2 period...

    The teeth are so far apart that their answers do not overlap: ``period`` columns tell the whole
    matrix, and the edges are treated exactly as the reference treats them.

    Returns:
        float64 (side, period).
    """
    from scipy import ndimage  # noqa: PLC0415 - slow to import

    combs = np.zeros((size, period))
    index = np.arange(size)
    combs[index, index % period] = 1.0
    if size > side:
        combs = ndimage.gaussian_filter1d(
            combs, _sigma(size, side), axis=0, mode="constant", truncate=_GAUSSIAN_TRUNCATE
        )
    rows, columns = np.meshgrid(_centres(size, side), np.arange(period), indexing="ij")
    return np.asarray(
        ndimage.map_coordinates(combs, (rows, columns), order=3, mode="grid-constant")
    )
