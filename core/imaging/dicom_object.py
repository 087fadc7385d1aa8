"""From bytes to a DICOM data set with an image in it, or a sentence why there is none."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import dcmread, read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import NoPixels
from core.imaging.dicom_elements import integer_of, word_of
from core.imaging.model import Notice
from core.imaging.refusals import (
    check_frame_count,
    check_picture_size,
    damaged,
    shown_name,
    unknown,
)
from core.imaging.unpacking import RAW_DEFLATE, unpack

if TYPE_CHECKING:
    from core.imaging.budget import Budget

WHOLE_SLIDE = UID("1.2.840.10008.5.1.4.1.1.77.1.6")
SEGMENTATIONS = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# One of these is in every DICOM object; without them and without preamble it is something else.
_MARKS = ("SOPClassUID", "Modality", "Rows", "StudyInstanceUID", "RecognitionCode")
_PREAMBLE = 132
_MODALITY = re.compile(r"[A-Z]{2,16}")


@dataclass(frozen=True, eq=False)
class DicomObject:
    """A data set with an image in it.

    Attributes:
        dataset: Everything that was in the file. It holds the patient's name and does not leave
            the reader.
        syntax: Transfer syntax of the pixels.
        notices: What the user should know about the encoding.
    """

    dataset: Dataset
    syntax: UID
    notices: tuple[Notice, ...] = ()

    @property
    def frames(self) -> int:
        """Number of frames, at least 1."""
        return max(1, integer_of(self.dataset, "NumberOfFrames", 1))

    @property
    def modality(self) -> str:
        """The modality word, such as ``"CT"``, or ``""`` when there is no sensible one."""
        word = word_of(self.dataset, "Modality")
        return word if _MODALITY.fullmatch(word) else ""


def read_dicom(data: bytes, name: str, budget: Budget) -> DicomObject:
    """Parse a DICOM file, with or without preamble and file meta information.

    Args:
        data: The whole file.
        name: The file's name, for sentences.
        budget: Limits for size and frames, and for the unpacking of deflated files.

    Raises:
        NoPixels: The object holds no image that can be segmented; the sentence says what it is.
        DamagedFile: It cannot be parsed.
        TooLarge: It is over the budget by its header.
        TooSmall: It has a single row or column.
    """
    dataset = parse_dicom(data, name, budget)
    if not any(keyword in dataset for keyword in _MARKS) and data[128:132] != b"DICM":
        raise unknown(name)
    _refuse_other_objects(dataset, name)
    rows, columns = integer_of(dataset, "Rows"), integer_of(dataset, "Columns")
    if rows < 1 or columns < 1:
        raise damaged(name, "its header gives no number of rows and columns")
    check_picture_size(name, columns, rows, budget)
    syntax, notices = transfer_syntax(dataset, name)
    found = DicomObject(dataset, syntax, notices)
    check_frame_count(name, found.frames, budget)
    return found


def object_words(dataset: Dataset) -> str:
    """What kind of object it is, from the public list of names, such as ``"CT Image Storage"``."""
    uid = UID(str(dataset.get("SOPClassUID") or ""))
    known = uid.name if uid.is_valid and not uid.is_private else ""
    return known if known and known != uid else ""


def parse_dicom(data: bytes, name: str, budget: Budget) -> Dataset:
    """Parse a data set of any kind; a deflated one is unpacked within the budget.

    Raises:
        DamagedFile: It is cut off.
        TooLarge: It unpacks to more than the limit.
    """
    if data[128:132] == b"DICM":
        meta_end = io.BytesIO(data)
        meta_end.seek(_PREAMBLE)
        meta = read_dataset(
            meta_end,
            is_implicit_VR=False,
            is_little_endian=True,
            stop_when=lambda tag, _vr, _length: tag.group != 2,
        )
        if str(meta.get("TransferSyntaxUID", "")) == DeflatedExplicitVRLittleEndian:
            return _inflate(data[meta_end.tell() :], meta, name, budget)
    return dcmread(io.BytesIO(data), force=True)


def _inflate(packed: bytes, meta: Dataset, name: str, budget: Budget) -> Dataset:
    """Unpack a data set that is a bare deflate stream (PS3.5 A.5)."""
    plain = unpack(packed, name, budget, wbits=RAW_DEFLATE)
    dataset = read_dataset(io.BytesIO(plain), is_implicit_VR=False, is_little_endian=True)
    file_meta = FileMetaDataset(meta)
    file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = file_meta
    return dataset


def _refuse_other_objects(dataset: Dataset, name: str) -> None:
    uid = str(dataset.get("SOPClassUID") or "")
    if uid == WHOLE_SLIDE:
        raise NoPixels(
            f"{shown_name(name)} is a level, thumbnail or label of a whole-slide image (VL "
            "Whole Slide Microscopy), which is not read here.",
            "Export the region of interest as PNG or TIFF from a slide viewer such as QuPath.",
        )
    if uid in SEGMENTATIONS:
        raise NoPixels(
            f"{shown_name(name)} is a segmentation (SEG), not an image: there is no image in it.",
            "Open the image series that it was drawn on.",
        )
    if any(keyword in dataset for keyword in _PIXELS):
        return
    if "DirectoryRecordSequence" in dataset:
        raise NoPixels(
            f"{shown_name(name)} is a DICOMDIR, the contents list of a disc: no image is in it.",
            "Upload the image files that lie beside it, or all of them as a ZIP.",
        )
    modality = word_of(dataset, "Modality")
    words = object_words(dataset) or "an object of an unknown kind"
    short = f" ({modality})" if _MODALITY.fullmatch(modality) else ""
    raise NoPixels(
        f"{shown_name(name)} is a DICOM file with no image in it: {words}{short}.",
        "Open an image of the same study, such as a CT, MR or X-ray file.",
    )


def transfer_syntax(dataset: Dataset, name: str) -> tuple[UID, tuple[Notice, ...]]:
    """The transfer syntax, guessed from the encoding when the file does not say."""
    meta = getattr(dataset, "file_meta", None)
    stated = str(meta.get("TransferSyntaxUID", "") or "") if meta is not None else ""
    if stated:
        return UID(stated), ()
    if bytes(dataset.get("PixelData") or b"")[:4] == b"\xfe\xff\x00\xe0":
        raise damaged(name, "its pixels are compressed and it does not say how")
    implicit, little = dataset.original_encoding
    plain = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    notice = Notice(
        "no_transfer_syntax",
        "The file does not say how it is encoded; it was read as uncompressed DICOM.",
    )
    return (plain if little else ExplicitVRBigEndian), (notice,)
