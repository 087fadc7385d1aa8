"""What the review of masks works with: frozen values, no database and no pixels on a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt

Role = Literal["reader", "adjudicator", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What a reader may do in a project, the least first: an owner may do all."""

Verdict = Literal["accept", "change", "reject", "flag", "absent"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""Accepted as it is, accepted with changes, rejected, flagged for a second look, not present."""

Presence = Literal["none", "doubtful", "plausible"]
Purpose = Literal["read", "adjudicate"]
Source = Literal["model", "file", "empty"]

DEFAULT_REASONS = (
    "Wrong structure",
    "Border too wide",
    "Border too narrow",
    "Part is missing",
    "Image cannot be judged",
)


@dataclass(frozen=True)
class Rules:
    """How a project is read.

    Attributes:
        reads: How many people read an item that is read more than once, 1 to 9.
        share: Share of the items, 0..1, that ``reads`` people read; the others are read once.
        quorum: How many readers must agree on a pixel or a verdict for a majority, 1 to ``reads``.
        claim_minutes: How long an item stays with a reader who does nothing, above 0.
        reasons: What a reader can pick when a mask is rejected or flagged.
        order: ``"worst"`` (lowest presence score first) or ``"given"``.
    """

    reads: int = 1
    share: float = 1.0
    quorum: int = 1
    claim_minutes: float = 30.0
    reasons: tuple[str, ...] = DEFAULT_REASONS
    order: Literal["worst", "given"] = "worst"


@dataclass(frozen=True)
class Reader:
    """A person who reads.

    Attributes:
        id: 32 hexadecimal digits.
        name: As it is shown to the others.
    """

    id: str
    name: str


@dataclass(frozen=True)
class Member:
    """A reader who takes part in a project.

    Attributes:
        reader: Who.
        role: What they may do.
    """

    reader: Reader
    role: Role


@dataclass(frozen=True)
class FrameChoice:
    """Which frame of a file an item shows, as :meth:`core.imaging.Upload.frame` takes it.

    Attributes:
        index: Position along the axis, from 0.
        axis: Name of the axis, or "" for the file's default.
        volume: Time point, from 0.
        channel: Channel, from 0.
        window: Name, centre and width of a grey-level window, or None for the file's default.
    """

    index: int = 0
    axis: str = ""
    volume: int = 0
    channel: int = 0
    window: tuple[str, float, float] | None = None


@dataclass(frozen=True, eq=False)
class NewLabel:
    """A mask to be read, as it is put into a project.

    Attributes:
        phrase: What it is a mask of.
        probability: uint8 (H, W), 0..255, on the item's frame; a mask from a file is 0 and 255.
            None for a label that starts empty.
        category: What the model says it is, or None.
        threshold: Foreground is where the probability is at least this, 1..255.
        presence: Level of :mod:`core.analysis.presence`, or None when nobody has looked.
        score: Its score, 0..1, or None.
    """

    phrase: str
    probability: npt.NDArray[np.uint8] | None = None
    category: str | None = None
    threshold: int = 128
    presence: Presence | None = None
    score: float | None = None


@dataclass(frozen=True, eq=False)
class NewItem:
    """An image with its masks, as it is put into a project.

    Attributes:
        name: Of the file; shown to readers of the project, kept out of exports unless asked for.
        data: The bytes of the file.
        frame: Which frame of it.
        frame_sha256: ``Frame.sha256`` of that frame: what readers see must be this picture.
        height: Pixel rows of the frame.
        width: Pixel columns of the frame.
        labels: In order; phrases differ from one another when lower-cased.
        modality: DICOM-like word or "".
        spacing_mm: Row and column spacing, or None.
        source: ``"model"`` (a run of a backend), ``"file"`` (masks were uploaded) or ``"empty"``.
        engine: What the backend is called, or "".
    """

    name: str
    data: bytes
    frame_sha256: str
    height: int
    width: int
    labels: tuple[NewLabel, ...]
    frame: FrameChoice = field(default_factory=FrameChoice)
    modality: str = ""
    spacing_mm: tuple[float, float] | None = None
    source: Source = "model"
    engine: str = ""


@dataclass(frozen=True)
class Project:
    """A review project, as one reader sees it.

    Attributes:
        id: 32 hexadecimal digits.
        name: Its title.
        role: Of the reader who asked.
        rules: How it is read.
        items: Number of items.
        created_at: UTC.
    """

    id: str
    name: str
    role: Role
    rules: Rules
    items: int
    created_at: datetime


@dataclass(frozen=True)
class Label:
    """A mask to be read, as one reader sees it.

    Attributes:
        id: 32 hexadecimal digits.
        phrase: What it is a mask of.
        category: What the model says it is, or None.
        threshold: Where the AI's own mask is cut, 1..255.
        ai: Blob hash of the AI's probability map, or None for a label that started empty.
        presence: Level, or None.
        score: 0..1, or None.
        added: Whether a reader has added it: this one, or anybody where all are seen.
    """

    id: str
    phrase: str
    category: str | None
    threshold: int
    ai: str | None
    presence: Presence | None
    score: float | None
    added: bool = False


@dataclass(frozen=True)
class Item:
    """An image to be read, with its labels as one reader sees them.

    Attributes:
        id: 32 hexadecimal digits.
        position: Place in the project, from 0.
        name: Of the file.
        image: Blob hash of the file.
        frame: Which frame of it.
        frame_sha256: ``Frame.sha256`` of that frame.
        height: Pixel rows.
        width: Pixel columns.
        modality: DICOM-like word or "".
        spacing_mm: Row and column spacing, or None.
        source: Where the masks come from.
        engine: What the backend is called, or "".
        wanted: How many people are to read it.
        labels: In order.
    """

    id: str
    position: int
    name: str
    image: str
    frame: FrameChoice
    frame_sha256: str
    height: int
    width: int
    modality: str
    spacing_mm: tuple[float, float] | None
    source: str
    engine: str
    wanted: int
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Edit:
    """The newest mask that a reader has drawn for a label.

    Attributes:
        revision: Counts this reader's masks of this label, from 1.
        mask: Blob hash of the mask, see :mod:`core.review.masks`.
        sha256: Hash of its shape and pixels, see :func:`core.review.masks.mask_sha256`.
        at: UTC.
    """

    revision: int
    mask: str
    sha256: str
    at: datetime


@dataclass(frozen=True)
class Decision:
    """The newest decision of a reader on a label.

    Attributes:
        revision: Counts this reader's decisions on this label, from 1.
        verdict: What was decided.
        difficulty: 1 (easy) to 3 (hard), or None.
        reason: One of the project's reasons, or "".
        comment: Free text, or "".
        mask: Blob hash of the mask that it holds for, or None where there is none: the edit, or
            the AI's own mask as cut at its threshold.
        at: UTC.
    """

    revision: int
    verdict: Verdict
    difficulty: int | None
    reason: str
    comment: str
    mask: str | None
    at: datetime


@dataclass(frozen=True)
class Pin:
    """A comment at a point of the image.

    Attributes:
        id: 32 hexadecimal digits.
        row: Pixel row, from 0.
        column: Pixel column, from 0.
        text: The comment.
    """

    id: str
    row: int
    column: int
    text: str


@dataclass(frozen=True)
class Reading:
    """One reader's work on one item; nobody else sees it before the agreement is drawn up.

    Attributes:
        id: 32 hexadecimal digits.
        item: What is read.
        purpose: A reading like any other, or the adjudication of those of others.
        done: Whether the reader has finished it.
        seconds: Time spent with it so far.
        edits: The newest edit of each label that has one, by label id.
        decisions: The newest decision on each label that has one, by label id.
        pins: Comments at points.
    """

    id: str
    item: Item
    purpose: Purpose
    done: bool
    seconds: float
    edits: dict[str, Edit]
    decisions: dict[str, Decision]
    pins: tuple[Pin, ...]
