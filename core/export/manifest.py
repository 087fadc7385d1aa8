"""What was done, written down: enough to do it again and to know what came of it."""

from __future__ import annotations

import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import orjson

from core import about
from core.geometry import MODEL_SIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from core.analysis.overlaps import Overlaps
    from core.export.overlay import Style
    from core.imaging.grid import VolumeGrid
    from core.imaging.model import Frame
    from core.segmentation import PhraseMask, Segmentation
    from core.volume_model import VolumeResult

_LIBRARIES = ("numpy", "opencv-python-headless", "scikit-image", "scipy", "pillow", "pydicom")


def manifest(
    segmentation: Segmentation,
    *,
    files: Mapping[str, str],
    thresholds: Mapping[str, int],
    overlaps: Overlaps,
    colours: Mapping[str, str],
    style: Style,
) -> bytes:
    """Write the manifest as indented JSON; no file name, no name, no time of day.

    Args:
        segmentation: The result.
        files: SHA-256 (hex) of each written file, by file name.
        thresholds: Level from which a pixel is foreground, by phrase.
        overlaps: The masks that were written, and the rule for pixels that several phrases claim.
        colours: ``"#rrggbb"`` by phrase.
        style: How the overlay was drawn.
    """
    return _encode(
        _program(segmentation)
        | _model(segmentation)
        | {
            "model_side": MODEL_SIDE,
            "image": _describe_frame(segmentation.frame),
            "masks": [
                _describe_mask(mask, written, thresholds[mask.phrase], colours[mask.phrase])
                for mask, written in zip(segmentation.masks, overlaps.masks, strict=True)
            ],
            "overlaps": {
                "rule": overlaps.rule,
                "claimed_by_several_px": overlaps.area_px,
                "phrases": list(overlaps.phrases),
            },
            "overlay": asdict(style),
            "notices": [notice.text for notice in segmentation.notices],
            "files": dict(files),
        }
    )


def volume_manifest(
    grid: VolumeGrid,
    axis: str,
    results: Mapping[int, Segmentation],
    *,
    threshold: int,
    files: Mapping[str, str],
) -> bytes:
    """Write the manifest of a run over slices as indented JSON; see :func:`manifest`.

    Args:
        grid: Of the volume.
        axis: Name of the direction of the slices.
        results: Segmentation of each slice, by its position; at least one.
        threshold: Level from which a pixel is foreground.
        files: SHA-256 (hex) of each written file, by file name.
    """
    first = next(iter(results.values()))
    slices = [
        {
            "index": index,
            "sha256": result.frame.sha256,
            "masks": [
                {
                    "phrase": mask.phrase,
                    "category": mask.category,
                    "area_px": mask.area(threshold),
                    "probability_sha256": mask.sha256,
                }
                for mask in result.masks
            ],
        }
        for index, result in results.items()
    ]
    return _encode(
        _program(first)
        | _model(first)
        | {
            "model_side": MODEL_SIDE,
            "axis": axis,
            "shape": list(grid.shape),
            "affine": grid.affine.tolist(),
            "threshold": threshold,
            # Each phrase has a file of its own and keeps its voxels.
            "overlaps": {"rule": "independent"},
            "window": asdict(first.frame.window) if first.frame.window else None,
            "steps": list(first.frame.steps),
            "slices": slices,
            "files": dict(files),
        }
    )


def volume_model_manifest(result: VolumeResult, *, files: Mapping[str, str]) -> bytes:
    """Write the manifest of a run over a whole volume as indented JSON; see :func:`manifest`.

    Args:
        result: What came of it.
        files: SHA-256 (hex) of each written file, by file name.
    """
    source = result.source
    labels = [
        {
            "label": number,
            "phrase": phrase,
            "voxels": result.voxels[number - 1],
            "millilitres": result.millilitres(number),
        }
        for number, phrase in enumerate(result.phrases, start=1)
    ]
    return _encode(
        _program(result)
        | {
            "shape": list(result.grid.shape),
            "affine": result.grid.affine.tolist(),
            "sent": {
                "values": "native" if source.native else "8-bit",
                "volume": source.volume,
                "steps": list(source.steps),
                "voxels_sha256": source.sha256,
            },
            "labels": labels,
            "notices": [notice.text for notice in result.notices],
            "files": dict(files),
        }
    )


def _program(result: Segmentation | VolumeResult) -> dict[str, object]:
    """What every manifest starts with."""
    return {
        "program": about.NAME,
        "version": about.VERSION,
        "notice": about.NOTICE,
        "backend": result.backend,
        "engine": result.engine,
        "phrases": list(result.phrases),
        "software": {
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
    }


def _model(result: Segmentation) -> dict[str, object]:
    """How the model worked, where that is known: other weights or numbers give other masks."""
    return {"model": asdict(result.record)} if result.record else {}


def _encode(content: dict[str, object]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _describe_frame(frame: Frame) -> dict[str, object]:
    return {
        "sha256": frame.sha256,
        "height": frame.height,
        "width": frame.width,
        "axis": frame.axis,
        "index": frame.index,
        "volume": frame.volume,
        "unit": frame.unit,
        "window": asdict(frame.window) if frame.window else None,
        "spacing_mm": asdict(frame.spacing_mm) if frame.spacing_mm else None,
        "orientation": asdict(frame.orientation) if frame.orientation else None,
        "layout": asdict(frame.layout),
        "steps": list(frame.steps),
        "notices": [notice.text for notice in frame.notices],
    }


def _describe_mask(
    mask: PhraseMask, written: npt.NDArray[np.bool_], threshold: int, colour: str
) -> dict[str, object]:
    area = int(np.count_nonzero(written))
    return {
        "phrase": mask.phrase,
        "category": mask.category,
        "category_fits": mask.category_fits,
        "threshold": threshold,
        "colour": colour,
        "area_px": area,
        "area_percent": round(100.0 * area / mask.probability.size, 4),
        "probability_sha256": mask.sha256,
    }
