"""The check that BiomedParse publishes, for a user who has its file of distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import show_error
from components.presence_desk import presence_desk
from core.analysis.biomedparse_check import MEANING, REJECT_UNDER, TargetDistributions, p_value
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.presence_desk import PresenceDesk
    from core.analysis.presence import Judged
    from core.imaging import Frame
    from core.segmentation import PhraseMask, Segmentation

_UPLOAD = "BiomedParse's target_dist.json"
_UPLOAD_HELP = (
    "The file comes with the BiomedParse model and does not come with the Workbench. It is read on "
    "this computer and kept for this session."
)
_KIND = "Kind of picture"
_CHOOSE = "Choose what the picture is"
_OTHER_MODEL = (
    "These masks are of another engine, whose probabilities differ from those in the file. The "
    "p-values mean nothing for them."
)
_ONE_READ = "1 kind of picture has been read."
_READ = "{count} kinds of pictures have been read."
_NO_TARGET = "None: the file has no distribution of this phrase for this kind of picture."
_NO_MASK = "None: no pixel has a probability of one half and more."
_NO_PROBABILITY = "None: the mask came without probabilities."
_UNLIKE = "Unlike the masks in the training data."
_NOT_UNLIKE = "Not unlike them."


def show_published_check(frame: Frame, result: Segmentation, judged: Sequence[Judged]) -> None:
    """Take the file, let the user say what the picture is, and show a p-value for each phrase.

    Args:
        frame: The frame on show.
        result: Its masks.
        judged: What is thought of each of them.
    """
    desk = presence_desk()
    st.caption(told(MEANING))
    _read_file(desk)
    if desk.distributions is None:
        return
    kind = st.selectbox(
        t(_KIND), desk.distributions.kinds, index=None, placeholder=t(_CHOOSE), key="presence_kind"
    )
    if kind is None:
        return
    if result.backend == "demo":
        st.warning(t(_OTHER_MODEL), icon=":material/warning:")
    rows = [
        {t("Phrase"): mask.phrase, **_answer(desk.distributions, kind, mask, frame, one)}
        for mask, one in zip(result.masks, judged, strict=True)
    ]
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        column_config={t("p-value"): st.column_config.NumberColumn(format="%.4f")},
    )


def _read_file(desk: PresenceDesk) -> None:
    file = st.file_uploader(t(_UPLOAD), type="json", key="target_dist", help=t(_UPLOAD_HELP))
    if file is None:
        # Nothing in the box: what was read before this panel was closed stays.
        if desk.distributions is not None:
            count = len(desk.distributions.kinds)
            st.caption(t(_ONE_READ) if count == 1 else t(_READ, count=count))
        return
    if file.file_id not in desk.read_files:
        try:
            desk.distributions = TargetDistributions.parse(file.getvalue())
            desk.read_files[file.file_id] = None
        except InputError as error:
            desk.read_files[file.file_id] = error
    refused = desk.read_files[file.file_id]
    if refused is not None:
        show_error(refused)


def _answer(
    distributions: TargetDistributions, kind: str, mask: PhraseMask, frame: Frame, one: Judged
) -> dict[str, object]:
    """The p-value of one mask, or why there is none."""
    target = distributions.target_for(kind, mask.phrase)
    if target is None:
        return _row(None, t(_NO_TARGET))
    if not mask.area():
        return _row(None, t(_NO_MASK))
    if not one.evidence.soft:
        return _row(None, t(_NO_PROBABILITY))
    found = p_value(distributions, kind, target, mask, frame)
    return _row(found, t(_UNLIKE) if found < REJECT_UNDER else t(_NOT_UNLIKE))


def _row(found: float | None, reading: str) -> dict[str, object]:
    return {t("p-value"): found, t("Reading"): reading}
