"""What an export of a review is to be: its format, what goes in, and how things are named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from core.errors import InputError
from core.export.names import slug

if TYPE_CHECKING:
    from core.export.finals import Scope

SetFormat = Literal["masks", "table", "biomedparse", "nnunet", "coco", "dicom-seg"]
SET_FORMATS: tuple[SetFormat, ...] = get_args(SetFormat)
"""Masks as PNG, decisions as CSV, BiomedParse and nnU-Net v2 training sets, COCO, DICOM SEG."""

MOST_DATASET_ID = 999


@dataclass(frozen=True)
class SetOptions:
    """Choices for an export.

    Attributes:
        format: What is written.
        names: Whether files, and in the table readers and comments, keep their names. Without it
            pictures are called by their hash.
        scope: Which verdicts count, see :mod:`core.export.finals`.
        phrases: Labels to take; all where there are none.
        dataset: Name of the data set: a folder, for BiomedParse and nnU-Net.
        dataset_id: Number of the data set for nnU-Net, 1 to 999.
        test_share: Share of the files that go into the test part for BiomedParse, 0..1.
        seed: Draws another test part.
        modality: For BiomedParse, what all pictures are; "" to go by the file and the picture.
        site: For BiomedParse, the part of the body that all pictures show; "" likewise.
    """

    format: SetFormat = "masks"
    names: bool = False
    scope: Scope = "settled"
    phrases: tuple[str, ...] = ()
    dataset: str = "Review"
    dataset_id: int = 501
    test_share: float = 0.2
    seed: int = 0
    modality: str = ""
    site: str = ""

    @property
    def folder(self) -> str:
        """The data set's name as that of a folder."""
        return slug(self.dataset)


def checked_options(options: SetOptions) -> SetOptions:
    """The options, if they make sense.

    Raises:
        InputError: A number is out of its range, or names are needed and not kept.
    """
    if not 1 <= options.dataset_id <= MOST_DATASET_ID:
        raise InputError(
            f"nnU-Net has no data set number {options.dataset_id}.",
            f"Choose 1 to {MOST_DATASET_ID}; 1 to 10 are those of the Decathlon.",
        )
    if not 0 <= options.test_share <= 1:
        raise InputError(
            f"{options.test_share} is no share of the images for the test part.",
            "Choose 0 to 100 percent.",
        )
    if options.format == "dicom-seg" and not options.names:
        raise InputError(
            "A DICOM segmentation carries the name and the number of the patient, as its image "
            "does.",
            "Keep names if that is allowed where it goes, or choose another format.",
        )
    return options
