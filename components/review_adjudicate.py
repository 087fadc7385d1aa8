"""What the readers of an item have marked and decided, before somebody who settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.kept import kept, lately
from components.language import t
from components.notices import plain
from components.verdicts import verdict_in_words
from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.results import Case, ReadLabel
    from core.review.values import Reading

_HOW = "You settle this image. Begin with the masks of a reader, or with the AI's, and decide."


def show_readers(desk: Desk, item_id: str) -> None:
    """Show who decided what, with a way to begin from a reader's masks.

    Args:
        desk: Of an adjudicator or owner.
        item_id: Complete.

    Raises:
        ReviewError: The item cannot be settled by this reader.
        StoreUnreachable: The store does not answer.
    """
    st.caption(t(_HOW))
    key = (desk.reader.id, item_id, lately())
    cases = kept("review cases", key, lambda: _cases(desk, item_id))
    readers = {r.reader.id: r.reader for c in cases for r in c.reads if r.purpose == "read"}
    with st.container(horizontal=True, gap="medium"):
        for reader in readers.values():
            with st.container(border=True, width=320, gap="small"):
                st.markdown(f":material/person: **{plain(reader.name)}**")
                own = [(case, _of(case, reader.id)) for case in cases]
                for case, read in own:
                    if read is not None:
                        verdict = verdict_in_words(read.verdict)
                        words = f"{case.label.phrase}: {verdict}"
                        said = f" “{read.comment}”" if read.comment else ""
                        st.caption(plain(words + said))
                if st.button(t("Begin with these masks"), key=f"begin_{reader.id}"):
                    _begin(desk, desk.open(item_id, "adjudicate"), own)
                    st.rerun()


def _cases(desk: Desk, item_id: str) -> list[Case]:
    return [case for case in desk.cases() if case.item.id == item_id]


def _of(case: Case, reader: str) -> ReadLabel | None:
    return next((r for r in case.reads if r.purpose == "read" and r.reader.id == reader), None)


def _begin(desk: Desk, reading: Reading, own: list[tuple[Case, ReadLabel | None]]) -> None:
    """Take a reader's masks over as edits of one's own, which can be changed and undone."""
    for case, read in own:
        if read is not None and read.mask is not None:
            mask = desk.mask(case.item, read.mask)
            edit = reading.edits.get(case.label.id)
            desk.save_edit(
                reading.id,
                case.label.id,
                mask,
                sha256=mask_sha256(mask),
                base=edit.revision if edit else 0,
            )
