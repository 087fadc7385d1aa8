"""Masks of a review as DICOM segmentations (PS3.3 A.51), one for each picture of a DICOM file.

They carry the patient and the study of their image, as the standard wants it. Segments are called
by their phrases; a phrase is free text, so that the coded type is one of our own scheme and only
its category is of SNOMED CT.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np
from pydicom.uid import UID
from pydicom.valuerep import DA, DT, TM

from core import about
from core.errors import WorkbenchError
from core.export.results import ExportFile
from core.export.set_pieces import Piece
from core.imaging.dicom_object import read_dicom
from core.imaging.quiet import quiet_libraries
from core.imaging.sniff import Kind, sniff
from core.prompts.meaning import meaning_of
from core.prompts.vocabulary import vocabulary
from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom.dataset import Dataset

    from core.export.final_images import FinalImage, FinalImages, FinalMask
    from core.export.set_options import SetOptions
    from core.imaging import Budget

SCHEME = "99MIPW"
"""Designator of our own codes, which stand for phrases; PS3.16 chapter 8 has such begin with 99."""

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "medimageparse-workbench/dicom-seg")
_LONGEST_LO = 64  # characters of a Long String, PS3.5 6.2
_SERIES_NUMBER = 9001
# Codes of SNOMED CT for SegmentedPropertyCategory, PS3.16 CID 7150, by kind of target.
_CATEGORIES = {"organ": "AnatomicalStructure", "abnormality": "MorphologicallyAbnormalStructure"}
# Of patient and study, what may be empty but has to be there (type 2 of PS3.3 C.7.1.1, C.7.2.1).
_MAY_BE_EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"),
    *("StudyDate", "StudyTime", "ReferringPhysicianName"),
)
_NOT_DICOM = "Its file is no DICOM object of its own."
_OTHER_DIRECTION = "It is a slice in another direction or order than the frames of its file."
_NO_MASK = "It has no mask with a pixel in it."
_HEADER = "Its header lacks what a DICOM segmentation needs, such as a frame of reference."


def dicom_seg_pieces(images: FinalImages, _options: SetOptions) -> Iterator[Piece]:
    """``NAME.seg.dcm`` for each picture of a DICOM file with a mask that is not empty."""
    for image in images:
        yield _piece(image, images.budget)


def _piece(image: FinalImage, budget: Budget) -> Piece:
    masks = tuple(one for one in image.masks if one.mask.any())
    reason = _why_not(image, masks)
    if reason:
        return Piece(stem=image.stem, left_out=reason)
    try:
        source = read_dicom(image.data, image.final.item.name, budget).dataset
        for keyword in _MAY_BE_EMPTY:
            if keyword not in source:
                setattr(source, keyword, "")
        with quiet_libraries():
            content = encode_seg(source, image, masks)
    # The library raises these for a header that is not complete.
    except (AttributeError, KeyError, TypeError, ValueError, WorkbenchError):
        return Piece(stem=image.stem, left_out=_HEADER)
    file = ExportFile(f"{image.stem}.seg.dcm", content)
    names = {one.phrase: file.name for one in masks}
    return Piece((file,), image.stem, masks=masks, mask_files=names)


def _why_not(image: FinalImage, masks: Sequence[FinalMask]) -> str:
    if sniff(image.data) is not Kind.DICOM:
        return _NOT_DICOM
    # Frames keep their numbers along the first direction of a file; the others cut across them.
    if image.frame.axis != image.upload.choices.axes[0].name or image.frame.volume:
        return _OTHER_DIRECTION
    return "" if masks else _NO_MASK


def encode_seg(source: Dataset, image: FinalImage, masks: Sequence[FinalMask]) -> bytes:
    """Write the masks of a picture as one object with binary segments, which may overlap.

    The same masks of the same image give the same bytes: ids are name-based (RFC 9562 version 5,
    under the root 2.25), and the times are that of the last verdict.

    Args:
        source: The object that the picture is a frame of.
        image: The picture.
        masks: Not empty.

    Raises:
        AttributeError: The source lacks what the standard wants; so do KeyError, TypeError and
            ValueError.
    """
    import highdicom as hd  # noqa: PLC0415 - heavy, and only needed here

    digests = [f"{one.phrase}:{mask_sha256(one.mask)}" for one in masks]
    frame = image.frame.index
    at = max(one.final.at for one in masks if one.final.at)
    made = hd.seg.Segmentation(
        source_images=[source],
        pixel_array=_stacked(source, image, masks),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_segment(number, one) for number, one in enumerate(masks, start=1)],
        series_instance_uid=_uid("series", source.SeriesInstanceUID),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=_uid("object", source.SOPInstanceUID, frame, *digests),
        instance_number=image.final.item.position + 1,
        manufacturer=about.NAME,
        manufacturer_model_name=about.NAME,
        software_versions=about.VERSION,
        device_serial_number="0",
        content_description=about.NOTICE,
        content_label="REVIEWED_MASKS",
        specific_character_set="ISO_IR 192",
        series_description="Reviewed masks",
    )
    _make_repeatable(made, at)
    _forget_invented_spacing(made, source)
    target = io.BytesIO()
    made.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _stacked(source: Dataset, image: FinalImage, masks: Sequence[FinalMask]) -> np.ndarray:
    """Masks in the stored order of pixels: uint8 (frames, rows, columns, segments)."""
    frames = int(source.get("NumberOfFrames") or 1)
    stack = np.zeros((frames, source.Rows, source.Columns, len(masks)), np.uint8)
    for number, one in enumerate(masks):
        stack[image.frame.index, :, :, number] = image.frame.layout.to_file(one.mask)
    return stack


def _segment(number: int, one: FinalMask) -> SegmentDescription:
    import highdicom as hd  # noqa: PLC0415 - as above
    from pydicom.sr.codedict import codes  # noqa: PLC0415 - as above

    meaning = meaning_of(one.phrase)
    target = vocabulary().targets.get(meaning.target.casefold()) if meaning else None
    category = getattr(codes.SCT, _CATEGORIES.get(target.kind if target else "", "Tissue"))
    label = one.phrase[:_LONGEST_LO]
    kind = _algorithm_type(one)
    by = None
    if kind != "MANUAL":
        by = hd.AlgorithmIdentificationSequence(
            name=(one.final.case.item.engine or "unknown")[:_LONGEST_LO],
            family=codes.DCM.ArtificialIntelligence,
            version="unknown",
        )
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=category,
        segmented_property_type=hd.sr.CodedConcept(_code(one.phrase), SCHEME, label),
        algorithm_type=kind,
        algorithm_identification=by,
    )


def _algorithm_type(one: FinalMask) -> str:
    """As PS3.3 C.8.20.2 tells them apart: drawn by a person, by both, or by a program."""
    case = one.final.case
    if case.label.ai is None:
        return "MANUAL"
    made_by_model = case.item.source == "model" and one.final.verdict == "accept"
    return "AUTOMATIC" if made_by_model else "SEMIAUTOMATIC"


def _code(phrase: str) -> str:
    """A code for a phrase of at most 16 characters, the same for the same phrase."""
    return f"P-{hashlib.sha256(phrase.casefold().encode()).hexdigest()[:14]}".upper()


def _uid(*parts: object) -> UID:
    return UID(f"2.25.{uuid.uuid5(_SPACE, '/'.join(map(str, parts))).int}")


def _make_repeatable(made: Segmentation, at: datetime) -> None:
    """Replace what the library draws anew each time: the times and one id."""
    dimensions = _uid("dimensions", made.SOPInstanceUID)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions
    utc = at.astimezone(UTC).replace(microsecond=0)
    made.ContentDate = made.InstanceCreationDate = DA(utc.date())
    made.ContentTime = made.InstanceCreationTime = TM(utc.time())
    for equipment in made.ContributingEquipmentSequence:
        equipment.ContributionDateTime = DT(utc)


def _forget_invented_spacing(made: Segmentation, source: Dataset) -> None:
    """Take out the distance of 1 mm that the library gives a slice without neighbours."""
    if "NumberOfFrames" in source or "SpacingBetweenSlices" in source:
        return
    for shared in made.SharedFunctionalGroupsSequence:
        for measures in shared.get("PixelMeasuresSequence", ()):
            measures.pop("SpacingBetweenSlices", None)
