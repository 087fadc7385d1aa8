"""A volume through a two-dimensional model: slice after slice along one direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ChoiceError
from core.grouping import grouped_tasks
from core.jobs import Task
from core.segmentation import DEFAULT_THRESHOLD, segment_many

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from core.backends.base import Backend, RunControl
    from core.imaging.grid import VolumeGrid
    from core.imaging.model import Frame, Upload, Window
    from core.segmentation import Segmentation


@dataclass(frozen=True)
class SliceRange:
    """Which slices of a volume are meant, and how they are windowed.

    Attributes:
        axis: Name of the direction, one of ``upload.choices.axes``.
        first: First slice, from 0.
        last: Last slice, included.
        volume: Time point of a 4-D file, from 0.
        window: The grey-level window, or None for the default.
        channel: The channel, or None for the default.
    """

    axis: str
    first: int
    last: int
    volume: int = 0
    window: Window | None = None
    channel: int | None = None

    @property
    def indices(self) -> range:
        """The slices, in order."""
        return range(self.first, self.last + 1)

    def frame(self, upload: Upload, index: int) -> Frame:
        """Decode one of the slices; see :meth:`core.imaging.model.Upload.frame`."""
        return upload.frame(
            index, self.window, self.channel, axis=self.axis, volume=self.volume
        )  # fmt: skip


def slice_range(upload: Upload, axis: str | None, text: str) -> SliceRange:
    """Read ``"all"`` or ``"FIRST-LAST"`` (from 0, both included).

    Raises:
        ChoiceError: The text is no such range, or the volume has no such slices.
    """
    axes = {entry.name: entry.count for entry in upload.choices.axes}
    name = axis or next(iter(axes))
    if name not in axes:
        raise ChoiceError(
            f"The file has no direction {name[:20]!r}.", f"Choose one of {', '.join(axes)}."
        )
    last = axes[name] - 1
    if text == "all":
        return SliceRange(name, 0, last)
    try:
        first, end = (int(part) for part in text.split("-"))
    except ValueError:
        first, end = -1, -1
    if not 0 <= first <= end <= last:
        raise ChoiceError(
            f'"{text[:20]}" is no range of slices.', f"Write all, or two numbers from 0-{last}."
        )
    return SliceRange(name, first, end)


def segment_slices(
    upload: Upload,
    wanted: SliceRange,
    indices: Sequence[int],
    *,
    phrases: Sequence[str],
    backend: Backend,
    control: RunControl | None = None,
) -> tuple[Segmentation, ...]:
    """Segment some slices with one call.

    Args:
        upload: The volume.
        wanted: Direction, window and channel.
        indices: Slices, at most ``backend.max_rows``.
        phrases: What to look for.
        backend: The model to ask.
        control: Countdown and cancel.

    Raises:
        ImageError: A slice cannot be decoded.
        BackendError: The model could not answer.
        Cancelled: The user stopped the run.
    """
    frames = [wanted.frame(upload, index) for index in indices]
    return tuple(segment_many(frames, phrases, backend, control))


def slice_tasks(
    upload: Upload,
    wanted: SliceRange,
    indices: Sequence[int],
    *,
    phrases: Sequence[str],
    backend: Backend,
    keep: Callable[[Mapping[int, Segmentation]], None],
) -> list[Task[tuple[Segmentation, ...]]]:
    """Make the tasks that segment some slices, several in one call where that helps.

    Args:
        upload: The volume.
        wanted: Direction, window and channel.
        indices: Slices, in order.
        phrases: What to look for.
        backend: The model to ask.
        keep: Gets the results of each call, by slice, in the thread of the task.
    """

    def task_of(group: tuple[int, ...]) -> Task[tuple[Segmentation, ...]]:
        def work(control: RunControl) -> tuple[Segmentation, ...]:
            found = segment_slices(
                upload, wanted, group, phrases=phrases, backend=backend, control=control
            )
            keep(dict(zip(group, found, strict=True)))
            return found

        first, last = group[0] + 1, group[-1] + 1
        return Task(f"slice {first}" if first == last else f"slices {first} to {last}", work)

    return grouped_tasks(indices, backend, len(phrases), task_of)


def mask_volume(
    grid: VolumeGrid,
    axis: str,
    results: Mapping[int, Segmentation],
    phrase: str,
    threshold: int = DEFAULT_THRESHOLD,
) -> npt.NDArray[np.uint8]:
    """Put the masks of one phrase back into a volume in the file's own order.

    Args:
        grid: Of the volume.
        axis: Name of the direction of the slices.
        results: Segmentation of each slice, by its position; slices without one stay 0.
        phrase: Which mask.
        threshold: Level from which a pixel is foreground.

    Returns:
        uint8 (I, J, K), 0 and 1.
    """
    volume = np.zeros(grid.shape, dtype=np.uint8)
    for index, result in results.items():
        for mask in result.masks:
            if mask.phrase == phrase:
                grid.place(volume, axis, index, mask.mask(threshold).astype(np.uint8))
    return volume
