"""Puts what is open in this session, with the masks that were found, into a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from core.review.intake import item_of, item_of_result, shows
from core.review.values import NewLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.state import LoadedImage, Session
    from core.review.desk import Desk
    from core.review.values import NewItem
    from core.segmentation import Segmentation

_WITH, _WITHOUT = "with", "without"
_HELP = (
    "Every picture that was segmented in this session, each slice for itself, as it was shown. "
    "Files are kept in the review store from then on."
)


@dataclass(frozen=True, eq=False)
class Found:
    """A result of this session, and the file that it is of."""

    image: LoadedImage
    result: Segmentation


def show_session_intake(state: Session, desk: Desk) -> None:
    """Offer the results of this session, or its images without masks.

    Args:
        state: Of this session.
        desk: Of an owner.

    Raises:
        ReviewError: The items cannot be added.
        StoreUnreachable: The store does not answer.
    """
    if not state.images:
        st.caption(t("Nothing is open in this session: open and run images on the page Segment."))
        st.page_link(page="pages/segment.py", label=t("Segment"), icon=":material/image:")
        return
    names = {_WITH: t("With the masks that were found"), _WITHOUT: t("Without masks, to draw")}
    way = st.segmented_control(
        t("Images of this session"),
        list(names),
        default=_WITH,
        required=True,
        format_func=names.__getitem__,
        key="intake_way",
        help=t(_HELP),
    )
    phrases: tuple[str, ...] = ()
    if way == _WITHOUT:
        text = st.text_input(t("Labels to draw, with & between"), key="intake_labels")
        phrases = tuple(p for part in text.split("&") if (p := " ".join(part.split())))
    if not st.button(t("Add to the project"), type="primary", key="intake_add"):
        return
    with st.spinner(t("Adding")):
        items = list(_empty(state, phrases) if way == _WITHOUT else _with_masks(state))
        desk.add_items(items)
    if items:
        st.toast(t("Images added: {count}", count=len(items)), icon=":material/check:")
        st.rerun()
    if way == _WITHOUT and not phrases:
        st.warning(t("Name at least one label."), icon=":material/label:")
    else:
        st.warning(t("No image has masks yet: press Run first."), icon=":material/image:")


def _with_masks(state: Session) -> Iterator[NewItem]:
    for found in _found(state):
        image = found.image
        yield item_of_result(found.result, name=image.title, data=image.data)


def _found(state: Session) -> Iterator[Found]:
    """Each result with the image that it is of; one whose image was closed is left out."""
    left = dict(state.results)
    for image in state.images.values():
        for key, result in list(left.items()):
            if shows(image.upload, result.frame):
                del left[key]
                yield Found(image, result)


def _empty(state: Session, phrases: tuple[str, ...]) -> Iterator[NewItem]:
    labels = tuple(NewLabel(phrase) for phrase in phrases)
    for image in state.images.values() if labels else ():
        frame = image.upload.frame()
        yield item_of(frame, labels, name=image.title, data=image.data, source="empty", engine="")
