"""Masks from files for images of this session: a preview of what goes where, then added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.kept import forget, kept
from components.language import t, told
from components.notices import plain, show_notices
from core.masks_in import masks_of, match, offers_of, open_mask_files, rename
from core.review.intake import item_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from components.state import LoadedImage, Session
    from core.imaging import Frame
    from core.masks_in import ImageOffer, Match, Opened
    from core.review.desk import Desk
    from core.review.values import NewItem

_HELP = (
    "PNG or TIFF (0 and 255, 0 and 1, labels, colours), NIfTI, COCO, DICOM segmentations, ZIP, and "
    "a class list (JSON or CSV). Names tell which mask is of which image: docs/masks-in.md."
)
_SLICES = "Of a volume, masks go to the slices that were looked at in this session."
_STATES = {
    "fits": "fits",
    "scaled": "scaled",
    "transposed": "turned",
    "refused": "refused",
    "no image": "no image",
    "twice": "twice",
}
_MOST_RENAMED = 12
_KEPT = "masks from files"


@dataclass(frozen=True, eq=False)
class Found:
    """What came of the files.

    Attributes:
        offered: The pictures of this session, each with the image that it is of.
        opened: The files.
        matches: Which mask goes to which picture.
    """

    offered: tuple[tuple[LoadedImage, ImageOffer], ...]
    opened: Opened
    matches: tuple[Match, ...]


def show_mask_upload(state: Session, desk: Desk) -> None:
    """Take files of masks, show what goes where, and add what fits.

    Args:
        state: Of this session, with the images open in it.
        desk: Of an owner.

    Raises:
        InputError: A name or a file cannot be used.
        StoreUnreachable: The store does not answer.
    """
    files = st.file_uploader(
        t("Masks from files, for the images of this session"),
        accept_multiple_files=True,
        key="mask_files",
        help=t(_HELP),
    )
    if not files:
        forget(_KEPT)
        return
    key = (tuple(file.file_id for file in files), _content(state))
    with st.spinner(t("Reading the masks")):
        found = kept(_KEPT, key, partial(_find, state, files))
    opened = found.opened
    show_notices((*opened.notices, *(notice for file in opened.files for notice in file.notices)))
    matches = _renamed(found.matches)
    _show_preview(matches)
    st.caption(t(_SLICES))
    usable = [one for one in matches if one.usable]
    if st.button(
        t("Add masks to the project ({count})", count=len(usable)),
        type="primary",
        key="masks_add",
        disabled=not usable,
    ):
        with st.spinner(t("Adding")):
            items = list(_items(found.offered, usable))
            desk.add_items(items)
        st.toast(t("Images added: {count}", count=len(items)), icon=":material/check:")
        st.rerun()


def _find(state: Session, files: Sequence[UploadedFile]) -> Found:
    offered = tuple(
        (image, offer)
        for image in state.images.values()
        for offer in offers_of(
            image.upload, _looked_at(state, image) or [image.upload.frame()], image.data
        )
    )
    opened = open_mask_files([(file.name, file.getvalue()) for file in files])
    return Found(offered, opened, match([offer for _, offer in offered], opened.files))


def _content(state: Session) -> Hashable:
    """What the pictures on offer depend on."""
    return tuple(
        (image.key, tuple(frame.sha256 for frame in _looked_at(state, image)))
        for image in state.images.values()
    )


def _looked_at(state: Session, image: LoadedImage) -> list[Frame]:
    """Of a volume the slices that were looked at; nothing of a single picture."""
    if max(axis.count for axis in image.upload.choices.axes) == 1:
        return []
    seen = [f for key, f in state.frames.items() if isinstance(key, tuple) and key[0] == image.key]
    return list({frame.sha256: frame for frame in seen}.values())


def _renamed(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Let the reader give classes without a name one."""
    unnamed = sorted({m.phrase for m in matches if m.part and not m.part.name and m.phrase})
    if not unnamed:
        return matches
    with st.expander(t("Names of the labels"), key="mask_names"):
        phrases = {
            phrase: st.text_input(plain(phrase), phrase, key=f"mask_name_{phrase}")
            for phrase in unnamed[:_MOST_RENAMED]
        }
    changed = {old: new for old, new in phrases.items() if new.strip() and new != old}
    return rename(matches, changed) if changed else matches


def _show_preview(matches: Sequence[Match]) -> None:
    states = {state: t(_STATES[state]) for state in _STATES}
    rows = [
        {
            t("File"): one.file.name,
            t("Image"): one.image.title if one.image else None,
            t("Label"): one.phrase or None,
            t("State"): states[one.state],
            t("Why"): " ".join(filter(None, (told(one.sentence), told(one.caution)))),
        }
        for one in matches
    ]
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=min(320, 38 + 35 * max(1, len(rows))),
        placeholder="–",
        column_config={t("Why"): st.column_config.TextColumn(width="large")},
    )


def _items(
    offered: Sequence[tuple[LoadedImage, ImageOffer]], usable: Sequence[Match]
) -> Iterator[NewItem]:
    """An item for each picture that has masks."""
    for image, offer in offered:
        labels = tuple(masks_of(one) for one in usable if one.image is offer)
        if labels:
            yield item_of(
                offer.frame, labels, name=image.title, data=image.data, source="file", engine=""
            )
