"""Measurements on a page, each made once, and the levels that were set beside the table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.kept import kept
from core.analysis.instances import split
from core.analysis.levels import Levels
from core.analysis.measure import measure_result
from core.analysis.measure_volume import measure_labels, measure_slices

if TYPE_CHECKING:
    from collections.abc import Hashable

    from components.state import LoadedImage, Session
    from core.analysis.instances import Instances
    from core.analysis.measure import MeasureReport
    from core.analysis.measure_volume import VolumeMeasures
    from core.imaging import Frame
    from core.segmentation import Segmentation

_OWN = "_measure_levels"


@dataclass(frozen=True, eq=False)
class VolumeFound:
    """Figures over slices, and what they are of.

    Attributes:
        rows: One per phrase.
        engine: What the model is called.
        levels: Thresholds and rule, or None for a model that answers with labels.
    """

    rows: tuple[VolumeMeasures, ...]
    engine: str
    levels: Levels | None


def levels_of(state: Session, frame: Frame) -> Levels:
    """Thresholds and rule for a frame."""
    return state.levels.get(frame.sha256, Levels())


def may_switch(state: Session, frame: Frame) -> bool:
    """Whether the rule may be set beside the table: the viewer has not sent its own."""
    sent = state.levels.get(frame.sha256)
    return sent is None or sent is _own().get(frame.sha256)


def switch_rule(state: Session, frame: Frame, rule: str) -> None:
    """Set the rule for overlaps of a frame, for all that measures, draws or exports it."""
    chosen = Levels(levels_of(state, frame).thresholds, rule)
    _own()[frame.sha256] = chosen
    state.levels[frame.sha256] = chosen


def report_of(image: LoadedImage, result: Segmentation, levels: Levels) -> MeasureReport:
    """Figures of a frame, measured once."""
    key = _content(image, result, levels)
    return kept("measure report", key, lambda: measure_result(result, levels))


def objects_of(image: LoadedImage, report: MeasureReport, number: int, least_px: int) -> Instances:
    """Separate objects of one phrase of a frame, counted once.

    Args:
        image: Of the frame.
        report: Of the frame.
        number: Place of the phrase, from 0.
        least_px: Smaller objects are left out.
    """
    key = (_content(image, report.segmentation, report.levels), number, least_px)
    mask, soft = report.overlaps.masks[number], report.segmentation.masks[number].probability
    return kept("measure objects", key, lambda: split(mask, soft, least_px=least_px))


def volume_of(
    state: Session, image: LoadedImage, frame: Frame, levels: Levels
) -> VolumeFound | None:
    """Figures over all slices with masks in the direction on show, measured once.

    Returns:
        None for single pictures, and where fewer than two slices have masks.
    """
    grid = image.upload.grid
    if grid is None or frame.axis not in {view.name for view in grid.views}:
        return None
    whole = state.volume_of(image, frame) if state.show_volumes else None
    if whole is not None:
        make = partial(measure_labels, whole, frame.axis)
        rows = kept("measure volume", (whole, frame.axis), make)
        return VolumeFound(rows, whole.engine, None)
    slices = _slices(state, image, frame)
    if len(slices) < 2:
        return None
    key = tuple(_content(image, result, levels) for result in slices.values())
    rows = kept("measure volume", key, lambda: measure_slices(grid, frame.axis, slices, levels))
    engines = dict.fromkeys(result.engine for result in slices.values())
    return VolumeFound(rows, "; ".join(engines), levels)


def _slices(state: Session, image: LoadedImage, frame: Frame) -> dict[int, Segmentation]:
    """Results by slice, of the run that the frame on show is part of, or else of the longest."""
    wanted = (image.key, frame.axis, frame.volume)
    stacks = [
        stack for key, stack in state.stacks.items() if isinstance(key, tuple) and key[:3] == wanted
    ]
    if not stacks:
        return {}
    stack = max(stacks, key=lambda one: (frame.sha256 in one.values(), len(one)))
    return {i: state.results[sha] for i, sha in sorted(stack.items()) if sha in state.results}


def _content(image: LoadedImage, result: Segmentation, levels: Levels) -> Hashable:
    """What figures depend on: the file, the frame, masks, thresholds and rule."""
    frame = result.frame
    masks = tuple((m.phrase, m.sha256, levels.level(m.phrase)) for m in result.masks)
    place = (image.key, frame.axis, frame.index, frame.volume, frame.sha256)
    return place, result.engine, masks, levels.rule


def _own() -> dict[str, Levels]:
    """Levels that were set beside the table in this session, by the hash of the frame."""
    own: dict[str, Levels] = st.session_state.setdefault(_OWN, {})
    return own
