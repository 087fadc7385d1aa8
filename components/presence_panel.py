"""Can these masks be believed: levels, reasons, the rule in words, and two ways to go further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain
from components.presence_check_panel import show_published_check
from components.presence_desk import presence_desk, presence_of
from components.presence_fit_panel import show_own_results
from core.analysis.presence import DEFAULT_RULE, NO_FINDING, TITLES

if TYPE_CHECKING:
    from components.state import LoadedImage, Session
    from core.analysis.presence import Judged
    from core.imaging import Frame
    from core.segmentation import Segmentation

_DEFAULT_IN_USE = "This is the default rule. Its limits are explained in docs/presence.md."
_OWN_IN_USE = "This is the rule fitted to your own results."
_AT_THRESHOLDS = (
    "Levels are for the thresholds that the viewer sent last: 128, until you press Measure there."
)


def show_presence_panel(
    state: Session,
    image: LoadedImage,  # noqa: ARG001 - every panel below the viewer is called the same way
    frame: Frame,
    result: Segmentation,
) -> None:
    """Show how far each mask of a result can be believed, and why.

    Args:
        state: Of this session.
        image: The image on show.
        frame: The frame on show.
        result: Its masks.
    """
    judged = presence_of(state, frame, result.masks)
    levels, rule, own, published = st.tabs(
        (t("Levels"), t("The rule"), t("Your own results"), t("BiomedParse's check")),
        key="presence_tabs",
        on_change="rerun",
    )
    if levels.open:
        with levels:
            _show_levels(judged)
    if rule.open:
        with rule:
            _show_rule()
    if own.open:
        with own:
            show_own_results(result.masks, judged)
    if published.open:
        with published:
            show_published_check(frame, result, judged)


def _show_levels(judged: tuple[Judged, ...]) -> None:
    st.dataframe(
        [_row(one) for one in judged],
        hide_index=True,
        width="stretch",
        row_height=36,
        column_config={
            t("Reasons"): st.column_config.TextColumn(width="large"),
            t("Area"): st.column_config.NumberColumn(
                format="%.3f %%", help=t("Share of the picture.")
            ),
            t("Highest"): st.column_config.NumberColumn(
                format="%.2f", help=t("Highest probability anywhere.")
            ),
            t("Mean"): st.column_config.NumberColumn(
                format="%.2f", help=t("Mean probability of the mask's pixels.")
            ),
            t("Undecided"): st.column_config.NumberColumn(
                format="%.0f %%",
                help=t("Of the pixels with a probability of 0.25 and more, those under 0.75."),
            ),
            t("Pieces"): st.column_config.NumberColumn(
                help=t("Separate parts; pixels that touch at a corner belong together.")
            ),
        },
    )
    st.caption(told(NO_FINDING))
    st.caption(t(_AT_THRESHOLDS))


def _row(one: Judged) -> dict[str, object]:
    evidence, presence = one.evidence, one.presence
    return {
        t("Phrase"): one.phrase,
        t("Level"): told(TITLES[presence.level]).rstrip("."),
        t("Reasons"): " ".join(told(reason) for reason in presence.reasons),
        t("Area"): 100 * evidence.area,
        t("Highest"): evidence.peak,
        t("Mean"): evidence.mean,
        t("Undecided"): 100 * evidence.undecided,
        t("Pieces"): evidence.pieces,
    }


def _show_rule() -> None:
    fitted = presence_desk().rule
    sentences = fitted.in_words() if fitted else DEFAULT_RULE.in_words()
    st.markdown("\n".join(f"- {plain(told(sentence))}" for sentence in sentences))
    st.caption(t(_OWN_IN_USE) if fitted else t(_DEFAULT_IN_USE))
