"""What the reading of mask files works with: the images on offer, masks found, and classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

    from core.imaging import Frame, Notice
    from core.imaging.grid import VolumeGrid
    from core.masks_in.dicom_source import DicomSource
    from core.masks_in.names import ImageNames

    Bool = npt.NDArray[np.bool_]

Fit = Literal["fits", "scaled", "transposed", "refused", "no image"]
State = Literal["fits", "scaled", "transposed", "refused", "no image", "twice"]

BACKGROUND = frozenset({"background", "clear label", "ignore", "unlabeled", "unlabelled", "void"})
"""Names of classes, in small letters, that are no masks."""

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class ClassEntry:
    """One class of a list.

    Attributes:
        name: What it is called.
        values: Pixel values that belong to it, above 0; several for a region of nnU-Net.
        rgb: Its colour, 0..255 each, or None.
    """

    name: str
    values: tuple[int, ...] = ()
    rgb: Rgb | None = None

    @property
    def background(self) -> bool:
        """Whether it says what is no mask."""
        return self.name.casefold() in BACKGROUND


@dataclass(frozen=True)
class Classes:
    """A class list.

    Attributes:
        entries: In the order of the list, no name twice.
    """

    entries: tuple[ClassEntry, ...] = ()


@dataclass(frozen=True, eq=False)
class ImageOffer:
    """A picture that masks are wanted for.

    Attributes:
        name: File name, with the path where it comes from an archive.
        file: Key of the file, the same for all its frames.
        frame: The picture.
        frames: How many frames the file has in the direction of this one.
        grid: Of the volume that it is a slice of, or None.
        spot: Direction and slice in the grid, or None where they are not known.
        volumes: How many time points the file has.
        dicom: What its DICOM file says of itself, or None.
    """

    name: str
    file: str
    frame: Frame
    frames: int = 1
    grid: VolumeGrid | None = None
    spot: tuple[str, int] | None = None
    volumes: int = 1
    dicom: DicomSource | None = None

    @property
    def title(self) -> str:
        """The name, with the slice where the file has several."""
        if self.frames == 1:
            return self.name
        return f"{self.name}, {self.frame.axis} {self.frame.index + 1}"


@dataclass(frozen=True)
class Part:
    """One mask in a file.

    Attributes:
        codes: What the file holds for it: pixel values, colours as 65536 R + 256 G + B, numbers
            of segments or ids of categories. Empty for everything but the background.
        name: What the class list, the category or the segment is called, or "".
        height: Rows of the mask.
        width: Columns of the mask.
        label: What tells it from the others of its file where it has no name, such as ``"2"``;
            "" where only the name of the file can tell what it is.
        alone: Whether it is the only one of its file.
        caution: One sentence about what has to be looked at, or "".
        picture: Which picture of the file it is on, where the file has several.
    """

    codes: tuple[int, ...]
    name: str
    height: int
    width: int
    label: str = "1"
    alone: bool = False
    caution: str = ""
    picture: int = 0

    def phrase(self, target: str) -> str:
        """What the mask is of: its own name, the target that the file's name gives, or "".

        Args:
            target: From the file's name, or "".
        """
        if self.name:
            return self.name
        if target:
            return target if self.alone else f"{target} {self.label}"
        return f"class {self.label}" if self.label else ""


@dataclass(frozen=True, eq=False)
class Link:
    """A file of masks, or a picture that it names, and the image that it belongs to.

    Attributes:
        image: Or None.
        target: What the file's name says it shows, or "".
        why: One sentence why there is no image.
        picture: Which picture of the file it is, where the file has several.
    """

    image: ImageOffer | None
    target: str = ""
    why: str = ""
    picture: int = 0


class MaskFile(ABC):
    """One file of masks, opened.

    Attributes:
        name: As the user gave it; in an archive its path.
        notices: What the user should know about the file.
    """

    name: str
    notices: tuple[Notice, ...] = ()

    @abstractmethod
    def links(self, names: ImageNames) -> Iterator[Link]:
        """The images that it has masks for, in the order of the images.

        Args:
            names: Of the images.
        """

    @abstractmethod
    def parts(self, link: Link) -> tuple[Part, ...]:
        """The masks of one image.

        Args:
            link: One of :meth:`links`, with an image.

        Raises:
            InputError: They do not belong on this image, or cannot be decoded.
        """

    @abstractmethod
    def mask(self, part: Part, image: ImageOffer) -> Bool:
        """Decode one mask.

        Args:
            part: One of :meth:`parts`.
            image: The image.

        Returns:
            bool (part.height, part.width), upright as the image is shown.

        Raises:
            InputError: It cannot be decoded.
        """


@dataclass(frozen=True, eq=False)
class Match:
    """One mask of a file and the image that it goes to.

    Attributes:
        file: The file.
        image: The image, or None.
        phrase: What the mask is of, or "".
        fit: Whether it lies on the image; only ``"fits"`` and ``"scaled"`` can be used.
        why: One sentence about that.
        part: The mask in the file, or None where there is none to show.
        caution: One sentence about what has to be looked at, or "".
        first: Name of an earlier file with the same phrase for the same image, or "".
    """

    file: MaskFile
    image: ImageOffer | None
    phrase: str
    fit: Fit
    why: str
    part: Part | None = None
    caution: str = ""
    first: str = ""

    @property
    def state(self) -> State:
        """As shown in the preview."""
        return "twice" if self.first and self.usable_size else self.fit

    @property
    def usable_size(self) -> bool:
        """Whether the mask can be laid on the image."""
        return self.fit in {"fits", "scaled"}

    @property
    def usable(self) -> bool:
        """Whether :func:`core.masks_in.masks_of` takes it."""
        return self.state in {"fits", "scaled"}

    @property
    def sentence(self) -> str:
        """What the preview says of it."""
        if self.state == "twice":
            return f"{self.first} has a mask of the same name for this image."
        return self.why


@dataclass(frozen=True, eq=False)
class Opened:
    """What came of the files that were given.

    Attributes:
        files: Those with masks, in natural order.
        classes: The class list that was used; empty where there was none.
        notices: What was left out, and why.
    """

    files: tuple[MaskFile, ...]
    classes: Classes = field(default_factory=Classes)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class ClassIndex:
    """A class list, ready to be asked for pixel values and colours.

    Attributes:
        classes: The list.
    """

    classes: Classes

    @cached_property
    def by_value(self) -> Mapping[int, tuple[ClassEntry, ...]]:
        """Classes of a pixel value; a value may be in several regions."""
        found: dict[int, tuple[ClassEntry, ...]] = {}
        for entry in self.classes.entries:
            for value in entry.values:
                found[value] = (*found.get(value, ()), entry)
        return found

    @cached_property
    def by_rgb(self) -> Mapping[Rgb, ClassEntry]:
        """Class of a colour."""
        return {entry.rgb: entry for entry in self.classes.entries if entry.rgb is not None}
