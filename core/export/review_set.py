"""The results of a review as files, in one of the formats that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ReviewError
from core.export.biomedparse_set import biomedparse_pieces
from core.export.coco import coco_pieces
from core.export.dicom_seg import dicom_seg_pieces
from core.export.final_images import FinalImages
from core.export.finals import final_items
from core.export.mask_set import mask_pieces
from core.export.nnunet import nnunet_pieces, usable_phrases
from core.export.results import ExportFile
from core.export.set_manifest import SetManifest
from core.export.set_options import checked_options
from core.export.set_pieces import Piece
from core.review.figures import figures_of
from core.review.figures_csv import figures_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.export.finals import FinalItem
    from core.export.set_options import SetFormat, SetOptions
    from core.export.set_pieces import Writer
    from core.imaging import Budget
    from core.review.office import Office
    from core.review.results import Case


def _no_pictures(_images: FinalImages, _options: SetOptions) -> Iterator[Piece]:
    return iter(())


_WRITERS: dict[SetFormat, Writer] = {
    "masks": mask_pieces,
    "table": _no_pictures,
    "biomedparse": biomedparse_pieces,
    "nnunet": nnunet_pieces,
    "coco": coco_pieces,
    "dicom-seg": dicom_seg_pieces,
}
# With these goes the table of all readings, whichever labels are chosen.
_WITH_TABLE: frozenset[SetFormat] = frozenset({"masks", "table"})


def chosen_items(cases: Sequence[Case], options: SetOptions) -> tuple[FinalItem, ...]:
    """What an export is made of, if it can be made; no picture is looked at.

    Args:
        cases: All of the project.
        options: How it is to be exported.

    Raises:
        InputError: An option is out of its range, or names are needed and not kept.
        ReviewError: There is nothing to export yet.
        ExportError: The format has no room for what there is.
    """
    checked_options(options)
    items = final_items(cases, options.scope, options.phrases)
    if not cases:
        raise ReviewError(
            "No item is complete yet, so there is nothing to export.",
            "Come back when the readers have finished.",
        )
    if options.format != "table" and not any(item.masks for item in items):
        raise ReviewError(
            "No label has a final mask yet, so there is nothing to export.",
            "Accept masks, or set the outcome of labels that several people have read.",
        )
    if options.format == "nnunet":
        usable_phrases(items)
    return items


def export_review(desk: Office, options: SetOptions, budget: Budget) -> Iterator[ExportFile]:
    """Make the files of an export one by one; the last one is ``manifest.json``.

    The same results give the same bytes.

    Args:
        desk: Of an adjudicator or owner.
        options: How it is to be exported.
        budget: Limits for decoding pictures.

    Raises:
        AccessRefused: The reader is none of these.
        WorkbenchError: As :func:`chosen_items`; or a picture cannot be read, or the store does
            not answer.
    """
    cases = desk.cases()
    images = FinalImages(desk, chosen_items(cases, options), names=options.names, budget=budget)
    manifest = SetManifest(desk.project(), options, images)
    for piece in _pieces(desk, cases, images, options):
        manifest.add(piece)
        yield from piece.files
    yield ExportFile("manifest.json", manifest.encode())


def _pieces(
    desk: Office, cases: Sequence[Case], images: FinalImages, options: SetOptions
) -> Iterator[Piece]:
    yield from _WRITERS[options.format](images, options)
    if options.format in _WITH_TABLE:
        table = figures_csv(figures_of(cases, desk.mask, desk.ai_mask), names=options.names)
        yield Piece((ExportFile("decisions.csv", table),))
