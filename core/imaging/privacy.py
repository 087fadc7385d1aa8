"""Who may be recognised: burned-in text, and the header on explicit request only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.imaging.dicom_elements import word_of
from core.imaging.model import Notice

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Ultrasound and secondary capture usually carry a line with the patient's name in the picture.
_SUSPECT_MODALITIES = frozenset({"US", "IVUS"})
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

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
