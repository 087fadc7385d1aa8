"""The answers to one question one by one: a table, and the agreement of each pair in colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import t

if TYPE_CHECKING:
    from core.analysis.stability import Variant
    from core.analysis.stability_result import Stability

_NAMES = {
    "base": "The phrase alone, the picture as it is",
    "together": "Together with the other phrases",
    "turn90": "Turned by 90°",
    "turn180": "Turned by 180°",
    "turn270": "Turned by 270°",
    "mirror_lr": "Mirrored, left and right",
    "mirror_tb": "Mirrored, top and bottom",
    "lighter": "Lighter",
    "darker": "Darker",
    "more_contrast": "More contrast",
    "less_contrast": "Less contrast",
}
_TABLE_PX = 500
_LARGEST_CELL_PX, _CHART_PX = 34, 440
# From the accent colour down to an orange that colour-blind readers tell from it; figures on the
# two dark ends are white.
_COLOURS = ["#c4570b", "#f2e8dc", "#0b7285"]
_DARK_BELOW, _DARK_ABOVE = 0.05, 0.8


def show_pairs(found: Stability) -> None:
    """Show each answer against the first, and all pairs as a heat map with its numbers.

    Args:
        found: At least two answers.
    """
    # Side by side where there is room, else one below the other.
    with st.container(horizontal=True, gap="medium"):
        st.dataframe(
            rows(found),
            hide_index=True,
            width=_TABLE_PX,
            height="content",
            column_config={
                t("No."): st.column_config.NumberColumn(width="small"),
                t("Dice with 1"): st.column_config.NumberColumn(format="%.2f", width="small"),
                t("Pixels"): st.column_config.NumberColumn(format="localized", width="small"),
            },
        )
        st.altair_chart(_heat_map(found), width="content")
    st.caption(
        t("The squares hold the Dice of each pair of answers, by their numbers in the table.")
    )


def rows(found: Stability) -> list[dict[str, object]]:
    """One row an answer, in the order in which they were asked."""
    return [
        {
            t("No."): number,
            t("Asked"): variant_name(variant),
            t("Dice with 1"): float(found.pairs[0, number - 1]),
            t("Pixels"): area,
        }
        for number, (variant, area) in enumerate(
            zip(found.variants, found.areas, strict=True), start=1
        )
    ]


def variant_name(variant: Variant) -> str:
    """What the page calls one way to ask."""
    if variant.code in _NAMES:
        return t(_NAMES[variant.code])
    return t("As “{phrase}”", phrase=variant.asked)


def _heat_map(found: Stability) -> Any:  # noqa: ANN401 - altair carries no types
    import altair as alt  # noqa: PLC0415 - slow to import, and needed by few pages

    names = [variant_name(variant) for variant in found.variants]
    count = len(names)
    cells = [
        {"a": i + 1, "b": j + 1, "dice": float(found.pairs[i, j]), "one": names[i], "two": names[j]}
        for i in range(count)
        for j in range(count)
    ]
    base = alt.Chart(alt.InlineData(values=cells)).encode(
        x=alt.X("b:O", title=None, axis=alt.Axis(labelAngle=0, orient="top", ticks=False)),
        y=alt.Y("a:O", title=None, axis=alt.Axis(ticks=False)),
        tooltip=[
            alt.Tooltip("one:N", title=t("One")),
            alt.Tooltip("two:N", title=t("Other")),
            alt.Tooltip("dice:Q", title=t("Dice"), format=".3f"),
        ],
    )
    scale = alt.Scale(domain=[0, 0.5, 1], range=_COLOURS, clamp=True)
    dark = f"datum.dice < {_DARK_BELOW} || datum.dice > {_DARK_ABOVE}"
    squares = base.mark_rect().encode(color=alt.Color("dice:Q", scale=scale, legend=None))
    figures = base.mark_text(fontSize=10).encode(
        text=alt.Text("dice:Q", format=".2f"),
        color=alt.condition(dark, alt.value("#ffffff"), alt.value("#1c2529")),
    )
    side = min(_LARGEST_CELL_PX * count, _CHART_PX)
    return (squares + figures).properties(width=side, height=side)
