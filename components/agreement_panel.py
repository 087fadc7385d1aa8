"""How far readers agree: figures with intervals, by phrase and by pair of readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.agreement_desk import kept_agreement
from components.language import number, t

if TYPE_CHECKING:
    from core.analysis.agreement import Measures
    from core.analysis.kappa import Estimate
    from core.review.desk import Desk
    from core.review.results import Case

_HELP = (
    "Dice of the masks, and kappa of the decisions (1 is full agreement, 0 is what chance gives), "
    "with 95 % intervals by bootstrap over images. Definitions: docs/agreement.md."
)
_DICE_HELP = "Mean over the labels that somebody marks, of the mean over pairs of readers."
_DECISIONS_HELP = "Fleiss' kappa of the five verdicts."
_PRESENCE_HELP = "Fleiss' kappa of there or not there; flagged ones are left out."


def show_agreement(desk: Desk, cases: tuple[Case, ...]) -> None:
    """Show the agreement of readings that were done blind.

    Args:
        desk: Of an adjudicator or owner.
        cases: Of complete items.

    Raises:
        StoreUnreachable: The store does not answer.
    """
    with st.spinner(t("Comparing"), show_time=True):
        found = kept_agreement(desk, cases)
    if not found.cases:
        st.info(t("No label has been read by two people yet."), icon=":material/group:")
        return
    st.caption(t(_HELP))
    _show_total(found.measures)
    if found.single:
        st.caption(t("Labels read by one person only, left out: {count}.", count=found.single))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{t('By phrase')}**")
        _table([{t("Phrase"): one.phrase, **_cells(one.measures)} for one in found.phrases])
    with right:
        st.markdown(f"**{t('By pair of readers')}**")
        _table(
            [
                {t("Readers"): f"{one.first.name}, {one.second.name}", **_cells(one.measures)}
                for one in found.readers
            ]
        )


def _show_total(measures: Measures) -> None:
    with st.container(horizontal=True, gap="medium"):
        _metric(t("Mean Dice"), measures.dice, t(_DICE_HELP), digits=3)
        _metric(t("Kappa of decisions"), measures.decisions, t(_DECISIONS_HELP))
        _metric(t("Kappa of presence"), measures.presence, t(_PRESENCE_HELP))
        _metric(t("Same decision"), measures.same, t("Mean share of pairs of readers."))


def _metric(label: str, figure: Estimate, help_text: str, digits: int = 2) -> None:
    value = "–" if figure.value is None else number(figure.value, digits)
    st.metric(label, value, _interval(figure), delta_color="off", delta_arrow="off", help=help_text)


def _interval(figure: Estimate) -> str:
    if figure.interval is None:
        return t("no interval, n = {count}", count=figure.cases)
    low, high = (number(bound, 2) for bound in figure.interval)
    return t("{low} to {high}, n = {count}", low=low, high=high, count=figure.cases)


def _cells(measures: Measures) -> dict[str, object]:
    return {
        t("Labels"): measures.same.cases,
        t("Dice"): measures.dice.value,
        t("Kappa, decisions"): measures.decisions.value,
        t("Kappa, presence"): measures.presence.value,
    }


def _table(rows: list[dict[str, object]]) -> None:
    two, three = (st.column_config.NumberColumn(format=f"%.{n}f") for n in (2, 3))
    formats = {t("Dice"): three, t("Kappa, decisions"): two, t("Kappa, presence"): two}
    st.dataframe(rows, hide_index=True, width="stretch", column_config=formats, placeholder="–")
