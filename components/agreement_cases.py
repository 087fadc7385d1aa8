"""The labels one by one, the worst first: what each reader marked, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import streamlit as st

from components.agreement_desk import kept_agreement, kept_proposals, proposal
from components.language import number, t, told
from components.notices import plain
from components.review_address import go_to
from components.review_frame import frame_of
from components.verdicts import verdict_in_words
from core.analysis.consensus import DICE_LIMIT
from core.analysis.votes import votes_of
from core.export.overlay import Layer, Style, render_overlay
from core.palette import assign_colours
from core.png import encode_png

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.analysis.consensus import Proposal, Rule
    from core.analysis.votes import Vote
    from core.review.desk import Desk
    from core.review.results import Case
    from core.review.values import Project, Verdict

_WAYS: dict[Rule, str] = {"majority": "Majority", "staple": "STAPLE"}
_WAY_HELP = (
    "How masks are merged: pixels that the quorum marks, or the most likely mask when each reader "
    "has a sensitivity and a specificity of their own. Verdicts go by majority."
)
_SETTLE_HELP = "Cases that need a further reader are left for an adjudicator."
_SHOWN = 12
_WIDTH = 420


def show_cases(desk: Desk, project: Project, cases: tuple[Case, ...]) -> None:
    """Show what the readings come to, settle what is agreed, and lead to adjudication.

    Args:
        desk: Of an adjudicator or owner.
        project: Of the desk.
        cases: Of complete items.

    Raises:
        SettingsError: STAPLE was chosen, and SimpleITK is not installed.
        StoreUnreachable: The store does not answer.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        rule = st.segmented_control(
            t("Consensus by"),
            list(_WAYS),
            default="majority",
            required=True,
            format_func={rule: t(_WAYS[rule]) for rule in _WAYS}.__getitem__,
            key="consensus_rule",
            help=t(_WAY_HELP),
        )
        limit = st.number_input(
            t("Least Dice to merge"), 0.0, 1.0, DICE_LIMIT, 0.05, key="consensus_limit", width=180
        )
        proposals = kept_proposals(desk, cases, project.rules, rule, limit)
        ready = [c for c in cases if proposals[c.label.id].agreed and c.outcome is None]
        if st.button(
            t("Settle what is agreed ({count})", count=len(ready)),
            key="settle",
            disabled=not ready,
            help=t(_SETTLE_HELP),
        ):
            for case in ready:
                _settle(desk, case, proposal(desk, case, project.rules, rule, limit))
            st.rerun()
    for case, dice in _worst_first(desk, cases, proposals)[:_SHOWN]:
        _show_case(desk, case, dice, proposals[case.label.id])
    if len(cases) > _SHOWN:
        st.caption(t("Shown: the {count} labels that need it most.", count=_SHOWN))


def _worst_first(
    desk: Desk, cases: tuple[Case, ...], proposals: dict[str, Proposal]
) -> list[tuple[Case, float | None]]:
    """Labels with their Dice: those that need a further reader, then the least agreement first."""
    found = {row.case.label.id: row.dice for row in kept_agreement(desk, cases).cases}

    def rank(case: Case) -> tuple[bool, bool, float]:
        dice = found.get(case.label.id)
        needs = case.outcome is None and not proposals[case.label.id].agreed
        return not needs, case.outcome is not None, 2.0 if dice is None else dice

    return [(case, found.get(case.label.id)) for case in sorted(cases, key=rank)]


def _settle(desk: Desk, case: Case, found: Proposal) -> None:
    if found.verdict is not None:
        desk.set_outcome(case.label.id, method=found.method, verdict=found.verdict, mask=found.mask)


def _show_case(desk: Desk, case: Case, dice: float | None, found: Proposal) -> None:
    readers = [read.reader.name for read in case.reads if read.purpose == "read"]
    colours = assign_colours(readers, {})
    with st.container(border=True), st.container(horizontal=True, gap="medium"):
        st.image(_picture(desk, case, colours), width=_WIDTH, output_format="PNG")
        with st.container(width="stretch", gap="small"):
            st.markdown(f"**{plain(case.label.phrase)}**")
            st.caption(plain(f"{case.item.position + 1}. {case.item.name}"))
            if dice is not None:
                st.markdown(t("Dice {value}", value=number(dice, 3)))
            for read in case.reads:
                _show_read(read.reader.name, read.verdict, read.comment, colours)
            _show_outcome(case, found)


def _show_read(name: str, verdict: Verdict, comment: str, colours: dict[str, str]) -> None:
    words = verdict_in_words(verdict)
    dot = colours.get(name.casefold(), "#888888")
    said = f" “{comment}”" if comment else ""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.html(f'<span style="color:{dot}">&#9632;</span>', width="content")
        st.caption(plain(f"{name}: {words}{said}"))


def _show_outcome(case: Case, found: Proposal) -> None:
    outcome = case.outcome
    if outcome is not None:
        words = verdict_in_words(outcome.verdict)
        by = f" ({outcome.by})" if outcome.by else ""
        st.caption(f":material/gavel: {plain(t('Settled: {verdict}', verdict=words) + by)}")
    elif found.agreed and found.verdict is not None:
        words = verdict_in_words(found.verdict)
        st.caption(f":material/balance: {plain(t('Comes to: {verdict}', verdict=words))}")
    else:
        st.caption(f":material/help: {plain(told(found.why))}")
    if st.button(t("Adjudicate"), key=f"adjudicate_{case.label.id}", icon=":material/gavel:"):
        go_to(case.item.id, "adjudicate")
        st.switch_page("pages/review.py", query_params=dict(st.query_params))


def _picture(desk: Desk, case: Case, colours: dict[str, str]) -> bytes:
    """The picture scaled down, with each reader's outline, as PNG.

    What a reader marks alone is filled: outlines that fall together hide one another.
    """
    frame = frame_of(desk, case.item)
    scale = min(1.0, 2 * _WIDTH / frame.width)
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    small = np.asarray(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    votes = votes_of(case, desk.mask)
    marked = np.sum([vote.mask for vote in votes], axis=0, dtype=np.uint8) if votes else None
    alone = [Layer(_scaled(v.mask & (marked == 1), size), _colour(v, colours)) for v in votes]
    whole = [Layer(_scaled(v.mask, size), _colour(v, colours)) for v in votes]
    filled = render_overlay(small, alone, Style(outline=False))
    return encode_png(render_overlay(filled, whole, Style(fill=False)))


def _colour(vote: Vote, colours: dict[str, str]) -> str:
    return colours[vote.reader.name.casefold()]


def _scaled(mask: npt.NDArray[np.bool_], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The share of mask in each pixel of a smaller picture, 0..255."""
    share = cv2.resize(mask.view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.uint8)
