"""What readers made of the AI's masks: how often they accept, how much they change, how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.agreement_desk import kept_figures
from components.language import number, t
from core.analysis.presence_fit import examples_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.review.desk import Desk
    from core.review.figures import Group, Rate
    from core.review.results import Case

_HELP = (
    "Each decision counts once; adjudications are left out. Accepted: as it is, with a 95 % "
    "interval. Changes are medians over the masks that were accepted with changes."
)
_EXAMPLES_HELP = (
    "Figures of each mask and whether readers accepted it, no picture and no name. Read it on the "
    "page Segment under Can these be believed?, Your own results."
)
_NAMES = {
    "accepted": "Accepted",
    "changed": "With changes",
    "rejected": "Rejected",
    "absent": "Not present",
    "flagged": "Flagged",
}
_COLOURS = ("#0b7285", "#74b4c0", "#c4570b", "#e3a878", "#8a8f94")
_ROW_PX = 28


def show_figures(desk: Desk, cases: tuple[Case, ...]) -> None:
    """Show the dashboard.

    Args:
        desk: Of an adjudicator or owner.
        cases: Of complete items.

    Raises:
        StoreUnreachable: The store does not answer.
    """
    with st.spinner(t("Comparing"), show_time=True):
        found = kept_figures(desk, cases)
    if not found.total.readings:
        st.info(t("No mask of a model has been read to the end yet."), icon=":material/bar_chart:")
        return
    st.caption(t(_HELP))
    _show_total(found.total)
    st.download_button(
        t("Decisions for fitting the rule of presence"),
        data=lambda: examples_to_json(desk.examples()),
        file_name="presence_examples.json",
        mime="application/json",
        on_click="ignore",
        key="presence_examples",
        icon=":material/download:",
        help=t(_EXAMPLES_HELP),
    )
    for title, groups in (
        (t("By phrase"), found.phrases),
        (t("By modality"), found.modalities),
    ):
        st.markdown(f"**{title}**")
        _show_chart(groups)
        st.dataframe(
            [_row(group) for group in groups],
            hide_index=True,
            width="stretch",
            placeholder="–",
            column_config={
                t("Dice of AI and reader"): st.column_config.NumberColumn(format="%.3f")
            },
        )


def _show_total(total: Group) -> None:
    with st.container(horizontal=True, gap="medium"):
        rate = total.acceptance
        if rate is not None:
            st.metric(
                t("Accepted as they are"),
                _percent(rate.value),
                _interval(rate),
                delta_color="off",
                delta_arrow="off",
            )
        st.metric(t("Decisions"), total.readings)
        if total.dice is not None:
            st.metric(t("Dice of AI and reader"), number(total.dice, 3))
        if total.seconds is not None:
            st.metric(t("Seconds an image"), number(total.seconds, 0))


def _percent(share: float) -> str:
    return f"{number(100 * share, 0)} %"


def _interval(rate: Rate) -> str:
    return t("{low} to {high}", low=_percent(rate.low), high=_percent(rate.high))


def _row(group: Group) -> dict[str, object]:
    rate = group.acceptance
    return {
        t("Group"): group.name or t("not known"),
        t("Labels"): group.labels,
        t("Decisions"): group.readings,
        t("Accepted"): None if rate is None else _percent(rate.value),
        t("Interval"): None if rate is None else _interval(rate),
        t("Added (px)"): group.added_px,
        t("Removed (px)"): group.removed_px,
        t("Dice of AI and reader"): group.dice,
        t("Seconds an image"): None if group.seconds is None else round(group.seconds),
    }


def _show_chart(groups: Sequence[Group]) -> None:
    import altair as alt  # noqa: PLC0415 - slow to import, and needed by few pages

    names = {kind: t(_NAMES[kind]) for kind in _NAMES}
    values = [
        {
            "group": group.name or t("not known"),
            "kind": names[kind],
            "place": place,
            "count": getattr(group, kind),
        }
        for group in groups
        for place, kind in enumerate(_NAMES)
        if getattr(group, kind)
    ]
    colours = alt.Scale(domain=list(names.values()), range=list(_COLOURS))
    chart = (
        alt.Chart(alt.InlineData(values=values), height=alt.Step(_ROW_PX))
        .mark_bar()
        .encode(
            y=alt.Y("group:N", title=None),
            x=alt.X("count:Q", title=t("Decisions"), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("kind:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("kind:N", title=t("Decision")),
                alt.Tooltip("count:Q", title=t("Count")),
            ],
        )
    )
    st.altair_chart(chart, width="stretch")
