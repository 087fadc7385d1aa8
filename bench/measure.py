"""How fast masks are measured beside scikit-image: ``python bench/measure.py``.

Both sides measure the same 16 masks of 1024x1024 with whole-number values, in one process and one
after the other, so only the ratio means anything. Ours measures all that the table shows: area,
share of the body, Crofton perimeter, centroid, both diameters, pieces, mean, spread, percentiles.
scikit-image's ``regionprops_table`` is asked for what it has of that.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np
from skimage.measure import regionprops_table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.analysis.instances import split
from core.analysis.levels import Levels
from core.analysis.measure import measure_result
from core.analysis.overlaps import masks_at
from core.geometry import SpacingMm
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 9
SIDE = 1024
COUNT = 16
PROPERTIES = (
    "area",
    "bbox",
    "centroid",
    "perimeter_crofton",
    "feret_diameter_max",
    "intensity_mean",
    "intensity_std",
    "intensity_min",
    "intensity_max",
)


def frame() -> Frame:
    """A body of noisy water in air, in HU."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    body = (x - 512) ** 2 / 470**2 + (y - 512) ** 2 / 400**2 < 1
    values = (np.where(body, 0, -1000) + rng.integers(-60, 60, body.shape)).astype(np.int16)
    rgb = np.repeat(np.clip(values // 4 + 128, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    return Frame(values, rgb, unit="HU", spacing_mm=SpacingMm(0.7, 0.7))


def organs(of: Frame, spread: float) -> Segmentation:
    """Smooth blobs that overlap, one a phrase."""
    y, x = np.mgrid[:SIDE, :SIDE]
    masks = []
    for n in range(COUNT):
        row, column = 250 + 170 * (n // 4), 250 + 170 * (n % 4)
        level = 255 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * spread**2))
        masks.append(PhraseMask(f"p{n}", None, np.rint(level).astype(np.uint8)))
    return Segmentation(of, tuple(masks), "demo", "Demo engine")


def patches(of: Frame) -> Segmentation:
    """Ragged masks of hundreds of pieces over the whole picture, each half of it."""
    rng = np.random.default_rng(1)
    masks = []
    for n in range(COUNT):
        noise = cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)), (0, 0), 6)
        level = np.clip(128 + 90 * noise / noise.std(), 0, 255).astype(np.uint8)
        masks.append(PhraseMask(f"p{n}", None, level))
    return Segmentation(of, tuple(masks), "demo", "Demo engine")


def usual(result: Segmentation) -> None:
    """Measure mask by mask with scikit-image, and percentiles with NumPy."""
    for mask in masks_at(result):
        spacing = result.frame.spacing_mm
        pixel = (spacing.row, spacing.column) if spacing else None
        regionprops_table(
            mask.astype(np.uint8), result.frame.values, properties=PROPERTIES, spacing=pixel
        )
        np.percentile(result.frame.values[mask], (5, 25, 50, 75, 95))


def milliseconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median time of one call."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - started))
    return median(times)


def main() -> None:
    """Print the table."""
    cv2.setNumThreads(2)
    picture = frame()
    cases = {
        "organs, 2 % of the image each": organs(picture, 70),
        "large organs, 12 % each": organs(picture, 170),
        "patches of many pieces, 50 % each": patches(picture),
    }
    print(f"| {COUNT} masks of {SIDE}x{SIDE} | regionprops_table | ours | one label a pixel |")
    print("| --- | --- | --- | --- |")
    highest = Levels(rule="highest")
    for name, result in cases.items():
        ours = milliseconds(lambda result=result: measure_result(result))
        ruled = milliseconds(lambda result=result: measure_result(result, highest))
        theirs = milliseconds(lambda result=result: usual(result), 1)
        print(f"| {name} | {theirs:.0f} ms | {ours:.0f} ms | {ruled:.0f} ms |")
    cells = masks_at(cases["patches of many pieces, 50 % each"])[0]
    counted = milliseconds(lambda: split(cells), 3)
    print(f"\n{split(cells).count} objects counted in one of the patches: {counted:.0f} ms.")


if __name__ == "__main__":
    main()
