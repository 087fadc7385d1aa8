"""The use case: a volume, phrases and a model for volumes give one mask a phrase in space."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.segmentation import PhraseMask, Segmentation

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.base import RunControl
    from core.imaging.grid import VolumeGrid
    from core.imaging.model import Frame, Notice
    from core.volume_input import VolumeInput
    from core.volume_labels import VolumeReply
    from core.wire_volume import VolumeRequest

    Uint8 = npt.NDArray[np.uint8]

_FOREGROUND = 255


class VolumeModel(Protocol):
    """A model that takes a whole volume."""

    @property
    def name(self) -> str:
        """What a manifest calls it."""
        ...

    @property
    def label(self) -> str:
        """What the page and every export call it."""
        ...

    def segment(self, request: VolumeRequest, control: RunControl | None = None) -> VolumeReply:
        """Ask the model.

        Raises:
            BackendError: The model could not answer.
            Cancelled: The user stopped the run.
        """
        ...


@dataclass(frozen=True, eq=False)
class Source:
    """What a result came from, as the manifest tells it.

    Attributes:
        grid: Of the file.
        volume: Time point of a 4-D file, from 0.
        native: Whether the file's own values were sent instead of eight bits in a window.
        steps: How the values that were sent came about, in words.
        sha256: SHA-256 (hex) of the voxels that were sent.
    """

    grid: VolumeGrid
    volume: int
    native: bool
    steps: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, eq=False)
class VolumeResult:
    """What came of one volume.

    Attributes:
        labels: uint8 (I, J, K) in the file's own order: 0 for nothing, k for the k-th phrase;
            read-only.
        phrases: What was asked for, in order, then names of labels that were not.
        source: What was sent; its body is not kept.
        backend: Name of the model.
        engine: What the page and every export call it.
        notices: What the user should know about the result.
        seconds: How long the model took, with the way there and back.
    """

    labels: Uint8
    phrases: tuple[str, ...]
    source: Source
    backend: str
    engine: str
    notices: tuple[Notice, ...] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.labels.setflags(write=False)

    @property
    def grid(self) -> VolumeGrid:
        """Of the file."""
        return self.source.grid

    def mask(self, number: int) -> Uint8:
        """The mask of one phrase, uint8 (I, J, K) with 0 and 1; phrases count from 1."""
        found: Uint8 = (self.labels == number).view(np.uint8)
        return found

    @cached_property
    def voxels(self) -> tuple[int, ...]:
        """How many voxels each phrase has."""
        counts = np.zeros(256, dtype=np.int64)
        # Plane by plane: counting casts to eight bytes a voxel.
        for plane in self.labels.T:
            counts += np.bincount(plane.ravel(), minlength=256)
        return tuple(int(n) for n in counts[1 : len(self.phrases) + 1])

    def millilitres(self, number: int) -> float | None:
        """Volume of one phrase, or None where the file gives no voxel size."""
        if not self.grid.has_spacing:
            return None
        voxel_mm3 = abs(float(np.linalg.det(self.grid.affine[:3, :3])))
        return self.voxels[number - 1] * voxel_mm3 / 1000.0

    def segmentation(self, frame: Frame) -> Segmentation | None:
        """The masks of one displayed slice, made now: the hard masks as levels 0 and 255.

        Returns:
            None for a frame whose place in the volume is not known, or of another time point.
        """
        views = {view.name: view for view in self.grid.views}
        if frame.axis not in views or frame.volume != self.source.volume:
            return None
        plane = self.labels[self.grid.slice_key(frame.axis, frame.index)]
        shown = views[frame.axis].layout.to_display(plane)
        masks = tuple(
            PhraseMask(phrase, None, np.where(shown == k, _FOREGROUND, 0).astype(np.uint8))
            for k, phrase in enumerate(self.phrases, start=1)
        )
        return Segmentation(frame, masks, self.backend, self.engine, self.notices, self.seconds)


def segment_volume(
    item: VolumeInput, model: VolumeModel, control: RunControl | None = None
) -> VolumeResult:
    """Find what the phrases name in a whole volume, with one call.

    Args:
        item: From :func:`core.volume_input.prepare_volume`.
        model: The model to ask.
        control: Countdown and cancel; None runs to the end.

    Raises:
        BackendError: The model could not answer.
        Cancelled: The user stopped the run.
    """
    started = time.perf_counter()
    reply = model.segment(item.request, control)
    labels = np.ascontiguousarray(reply.labels.transpose(np.argsort(item.order)))
    choice = item.choice
    return VolumeResult(
        labels,
        reply.names,
        Source(item.grid, choice.volume, choice.native, item.steps, item.sha256),
        model.name,
        model.label,
        (*reply.notices, *item.notices),
        time.perf_counter() - started,
    )
