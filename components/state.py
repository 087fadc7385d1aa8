"""What one browser session holds: its images, results, colours and the job at work.

It lives in ``st.session_state``, so it is this user's alone and goes when the session goes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.imaging import budget_from, open_upload
from core.settings import PageEntry

if TYPE_CHECKING:
    from collections.abc import Hashable

    from core.analysis.levels import Levels
    from core.backends.base import Backend
    from core.errors import WorkbenchError
    from core.imaging import Frame, Upload
    from core.jobs import Job
    from core.segmentation import Segmentation
    from core.signin.source import TokenSource
    from core.volume_model import VolumeResult

_KEY = "workbench"

# Results kept a session; the oldest go first. 1 GB holds about 35 of four masks at 2000x2000.
RESULT_BUDGET_BYTES = 1_000_000_000
_FRAMES_KEPT = 8


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """One opened file of the session.

    Attributes:
        key: SHA-256 of name and bytes, so that two files of one name stay apart.
        title: What the list shows.
        upload: The opened file.
        phrases: Suggested phrases, for samples.
        source: Where a sample comes from, or empty.
        data: The bytes of the file, or empty for a part of an archive.
    """

    key: str
    title: str
    upload: Upload
    phrases: tuple[str, ...] = ()
    source: str = ""
    data: bytes = b""


@dataclass
class Session:
    """Everything that must survive a rerun of the page.

    Attributes:
        images: Opened files by key, in the order in which they came.
        current: Key of the image on show, or empty.
        results: Segmentations by the hash of the frame they belong to.
        colours: Colour of each phrase, by phrase in lower case.
        job: The run at work, or None.
        taken: How many outcomes of that run are already among the results.
        stacks: Of each volume and direction, the hash of the frame of every slice run.
        uploads: What became of each file in the uploader: the keys of its images, or why it was
            refused.
        frames: The last decoded frames, by image and choice.
        model_pictures: The picture that is sent, as PNG, of the frame on show.
        suggestions: Phrases for the frame on show, by its hash.
        backend: The engine that was used last, and by what it is known.
        failures: What went wrong in the last run.
        confirmed_hosts: Hosts to which this session has agreed to send pictures.
        levels: Thresholds and overlap rule as sent from the viewer, by the hash of the frame.
        entry: What was typed about the endpoint.
        source: The sign-in of this session, or None.
        volumes: What came of whole volumes, by image and time point.
        volume_job: The run on a whole volume, and what its result is kept under; or None.
        show_volumes: Whether masks of a whole volume are on show, where there are any.
    """

    images: dict[str, LoadedImage] = field(default_factory=dict)
    current: str = ""
    results: dict[str, Segmentation] = field(default_factory=dict)
    colours: dict[str, str] = field(default_factory=dict)
    job: Job[tuple[Segmentation, ...]] | None = None
    taken: int = 0
    stacks: dict[Hashable, dict[int, str]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, ...] | WorkbenchError] = field(default_factory=dict)
    frames: dict[Hashable, Frame] = field(default_factory=dict)
    model_pictures: dict[str, bytes] = field(default_factory=dict)
    suggestions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    backend: tuple[Hashable, Backend] | None = None
    failures: tuple[WorkbenchError, ...] = ()
    confirmed_hosts: frozenset[str] = frozenset()
    levels: dict[str, Levels] = field(default_factory=dict)
    entry: PageEntry = field(default_factory=PageEntry)
    source: TokenSource | None = None
    volumes: dict[Hashable, VolumeResult] = field(default_factory=dict)
    volume_job: tuple[Hashable, Job[VolumeResult]] | None = None
    show_volumes: bool = True

    def open(
        self, data: bytes, name: str, *, phrases: tuple[str, ...] = (), source: str = ""
    ) -> tuple[LoadedImage, ...]:
        """Open a file once; the same file again is the same image.

        Returns:
            The image, or each image and series of an archive.

        Raises:
            ImageError: The file cannot be shown.
            SettingsError: A limit is set to something that is no number.
        """
        file_key = hashlib.sha256(name.encode("utf-8", "replace") + b"\0" + data).hexdigest()
        known = [image for key, image in self.images.items() if key.startswith(file_key)]
        if known:
            return tuple(known)
        upload = open_upload(data, name, budget=budget_from(os.environ))
        opened = [
            LoadedImage(
                f"{file_key}-{number}",
                part.name,
                part,
                phrases,
                source,
                b"" if upload.parts else data,
            )
            for number, part in enumerate(upload.parts or (upload,))
        ]
        self.images.update((image.key, image) for image in opened)
        return tuple(opened)

    def close(self, key: str) -> None:
        """Take an image off the list; its results stay until the budget needs their room."""
        self.images.pop(key, None)
        if self.current == key:
            self.current = next(reversed(self.images), "")

    @property
    def image(self) -> LoadedImage | None:
        """The image on show."""
        return self.images.get(self.current)

    def keep(self, result: Segmentation) -> None:
        """Keep a result for its frame, in place of the one before, and have it on show."""
        self.show_volumes = False
        self.results.pop(result.frame.sha256, None)
        self.results[result.frame.sha256] = result
        while len(self.results) > 1 and self._size() > RESULT_BUDGET_BYTES:
            del self.results[next(iter(self.results))]

    def keep_volume(self, key: Hashable, result: VolumeResult) -> None:
        """Keep what came of a volume, in place of what was before, and have it on show."""
        self.show_volumes = True
        self.volumes.pop(key, None)
        self.volumes[key] = result
        while len(self.volumes) > 1 and self._volume_size() > RESULT_BUDGET_BYTES:
            del self.volumes[next(iter(self.volumes))]

    def volume_of(self, image: LoadedImage, frame: Frame) -> VolumeResult | None:
        """What came of the volume of which a frame is a slice."""
        return self.volumes.get((image.key, frame.volume))

    def result_of(self, image: LoadedImage, frame: Frame) -> Segmentation | None:
        """The masks to show with a frame: its own, or those cut from its volume now."""
        volume = self.volume_of(image, frame) if self.show_volumes else None
        cut = volume.segmentation(frame) if volume else None
        return cut or self.results.get(frame.sha256)

    def remember_frame(self, key: Hashable, frame: Frame) -> None:
        """Keep a decoded frame; the oldest of eight goes."""
        self.frames[key] = frame
        while len(self.frames) > _FRAMES_KEPT:
            del self.frames[next(iter(self.frames))]

    def _volume_size(self) -> int:
        return sum(result.labels.nbytes for result in self.volumes.values())

    def _size(self) -> int:
        kept = self.results.values()
        masks = sum(mask.probability.nbytes for result in kept for mask in result.masks)
        return masks + sum(r.frame.rgb.nbytes + r.frame.values.nbytes for r in kept)


def session() -> Session:
    """The state of this browser session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    state: Session = st.session_state[_KEY]
    return state
