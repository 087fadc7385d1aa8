"""Masks from files, on the images of a review: opened, matched by name, and laid on their grid."""

from core.masks_in.classes import read_classes
from core.masks_in.matching import masks_of, match, rename
from core.masks_in.offers import offers_of
from core.masks_in.opening import open_mask_files, open_masks
from core.masks_in.values import (
    ClassEntry,
    Classes,
    ImageOffer,
    MaskFile,
    Match,
    Opened,
    Part,
)

__all__ = [
    "ClassEntry",
    "Classes",
    "ImageOffer",
    "MaskFile",
    "Match",
    "Opened",
    "Part",
    "masks_of",
    "match",
    "offers_of",
    "open_mask_files",
    "open_masks",
    "read_classes",
    "rename",
]
