"""Who may be recognised: burned-in text, and the header on explicit request only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.imaging.dicom_elements import word_of
from core.imaging.dicom_object import read_dicom
from core.imaging.model import Notice
from core.imaging.refusals import read_or_refuse

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from core.imaging.budget import Budget

# Ultrasound and secondary capture usually carry a line with the patient's name in the picture.
_SUSPECT_MODALITIES = frozenset({"US", "IVUS"})
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

_NOT_LISTED = frozenset({"SQ", "OB", "OW", "OF", "OD", "OL", "OV", "UN"})
_LONGEST_VALUE = 120

_MARKED = Notice(
    "burned_in",
    "The file says that it has burned-in text: the picture itself may show the patient's name or "
    "number.",
    "warning",
)
_SUSPECT = Notice(
    "burned_in",
    "Pictures of this kind often have burned-in text, such as the patient's name, and the file "
    "does not say that this one has none.",
    "warning",
)


def burned_in_notices(dataset: Dataset) -> tuple[Notice, ...]:
    """Warn where the pixels of a DICOM object may show who the patient is.

    Args:
        dataset: The object; only BurnedInAnnotation, Modality and the SOP class are read.
    """
    said = word_of(dataset, "BurnedInAnnotation")
    if said == "YES":
        return (_MARKED,)
    uid = str(dataset.get("SOPClassUID") or "")
    captured = uid == _SECONDARY_CAPTURE or uid.startswith(_SECONDARY_CAPTURE + ".")
    suspect = captured or word_of(dataset, "Modality") in _SUSPECT_MODALITIES
    return (_SUSPECT,) if suspect and said != "NO" else ()


@dataclass(frozen=True)
class HeaderRow:
    """One element of a header, for the eye of the person who holds the file.

    Attributes:
        tag: Such as ``"(0010,0010)"``.
        name: What the standard calls it.
        value: Its value as text, shortened.
    """

    tag: str
    name: str
    value: str


def header_rows(data: bytes, name: str, *, budget: Budget) -> tuple[HeaderRow, ...]:
    """List the header of a DICOM file, because the user asked to see it.

    This is the only function that lets names, numbers and dates out of the reader. What it
    returns belongs on the page and nowhere else. Private elements, pixels and sequences are
    left out.

    Args:
        data: The whole file.
        name: Its name, for sentences.
        budget: The limits.

    Raises:
        ImageError: It is no DICOM file with an image in it.
    """
    found = read_or_refuse(name, lambda: read_dicom(data, name, budget))
    return read_or_refuse(name, lambda: _rows(found.dataset))


def _rows(dataset: Dataset) -> tuple[HeaderRow, ...]:
    shown = (
        element
        for element in dataset
        if not element.tag.is_private and element.VR not in _NOT_LISTED
    )
    return tuple(
        HeaderRow(str(element.tag), element.name, str(element.value)[:_LONGEST_VALUE])
        for element in shown
    )
