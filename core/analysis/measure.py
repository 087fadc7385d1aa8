"""What a mask measures, on the file's own grid and in the file's own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.levels import Levels
from core.analysis.measure_region import region_of
from core.analysis.measure_shape import bounding_box, shape_of
from core.analysis.measure_values import single_values, statistics, value_name
from core.analysis.overlaps import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.analysis.measure_region import Region
    from core.analysis.measure_shape import Shape
    from core.analysis.measure_values import ValueStatistics
    from core.analysis.overlaps import Overlaps
    from core.geometry import SpacingMm
    from core.imaging.model import Frame
    from core.segmentation import Segmentation

    Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Measures:
    """Figures of one mask.

    Attributes:
        area_px: Foreground in pixels.
        area_mm2: Foreground in square millimetres, or None where the pixel size is not known.
        image_percent: Share of the image that is foreground, 0..100.
        body_percent: Share of the body or tissue that is foreground, 0..100, or None where that
            is not known.
        length_unit: ``"mm"`` or, where the pixel size is not known, ``"px"``: of the lengths in
            ``shape``.
        shape: Form and lengths, or None for an empty mask.
        values: Values of the file inside, or None for an empty mask or without finite values.
    """

    area_px: int
    area_mm2: float | None
    image_percent: float
    body_percent: float | None
    length_unit: str
    shape: Shape | None
    values: ValueStatistics | None


@dataclass(frozen=True)
class PhraseMeasures:
    """Figures of one phrase.

    Attributes:
        phrase: What the user asked for.
        category: What the model says it is, or None.
        threshold: Level from which a pixel was foreground.
        measures: The figures.
    """

    phrase: str
    category: str | None
    threshold: int
    measures: Measures


@dataclass(frozen=True, eq=False)
class MeasureReport:
    """Figures of all phrases of one frame, and how they came about.

    Attributes:
        segmentation: What was measured.
        levels: Thresholds and the rule for overlaps.
        overlaps: The masks that were measured, and what they share.
        region: What the share of the body refers to, or None.
        value_name: What the values are: ``"HU"``, another unit, ``"luma"`` or ``"native"``.
        rows: One per phrase, in order.
    """

    segmentation: Segmentation
    levels: Levels
    overlaps: Overlaps
    region: Region | None
    value_name: str
    rows: tuple[PhraseMeasures, ...]


def measure(frame: Frame, mask: Bool) -> Measures:
    """Measure one mask; see :func:`measure_masks`.

    Raises:
        ValueError: The mask is not of the frame's size.
    """
    return measure_masks(frame, [mask], region_of(frame))[0]


def measure_masks(
    frame: Frame, masks: Sequence[Bool], region: Region | None
) -> tuple[Measures, ...]:
    """Measure masks of one frame.

    Args:
        frame: Gives values, unit and pixel size.
        masks: bool (H, W), on the frame's grid.
        region: Body or tissue, from :func:`core.analysis.measure_region.region_of`, or None.

    Raises:
        ValueError: A mask is not of the frame's size.
    """
    values = single_values(frame)
    return tuple(_measure(mask, values, frame.spacing_mm, region) for mask in masks)


def measure_result(segmentation: Segmentation, levels: Levels | None = None) -> MeasureReport:
    """Measure every phrase of a result.

    Args:
        segmentation: The result.
        levels: Thresholds and the rule for overlaps; None takes 128 for all, each phrase keeping
            its pixels.
    """
    levels = levels or Levels()
    frame = segmentation.frame
    overlaps = resolve(segmentation, levels)
    region = region_of(frame)
    found = measure_masks(frame, overlaps.masks, region)
    rows = tuple(
        PhraseMeasures(mask.phrase, mask.category, levels.level(mask.phrase), measures)
        for mask, measures in zip(segmentation.masks, found, strict=True)
    )
    return MeasureReport(segmentation, levels, overlaps, region, value_name(frame), rows)


def _measure(
    mask: Bool, values: npt.NDArray[np.generic], spacing: SpacingMm | None, region: Region | None
) -> Measures:
    if mask.shape != values.shape:
        message = f"expected a mask of {values.shape}, got {mask.shape}"
        raise ValueError(message)
    box = bounding_box(mask)
    shape = shape_of(mask, box, spacing) if box else None
    window = box.slices if box else (slice(0, 0), slice(0, 0))
    inside = mask[window]
    area = int(np.count_nonzero(inside))
    covered = int(np.count_nonzero(inside & region.mask[window])) if region else 0
    return Measures(
        area_px=area,
        area_mm2=area * spacing.pixel_area_mm2 if spacing else None,
        image_percent=100.0 * area / mask.size,
        body_percent=100.0 * covered / region.area_px if region else None,
        length_unit="mm" if spacing else "px",
        shape=shape,
        values=statistics(values[window][inside]) if box else None,
    )
