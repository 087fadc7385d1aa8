"""The reader's own decisions: taken, made into a rule, and how far that rule can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import t
from components.notices import plain, show_error
from components.presence_desk import presence_desk
from core.analysis.presence_fit import (
    ACCEPT_FROM,
    LEAST_EACH,
    Example,
    FittedRule,
    examples_from_json,
    examples_to_json,
    fit_rule,
)
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.presence_desk import PresenceDesk
    from core.analysis.presence import Judged
    from core.analysis.presence_calibration import Calibration
    from core.segmentation import PhraseMask

_INTRO = (
    "Decide on masks as you look at them. From {accepted} accepted and {rejected} rejected ones a "
    "rule of your own can be fitted. Decisions hold numbers only: no picture, no phrase and no "
    "name."
)
_ACCEPT, _REJECT = "Accept", "Reject"
_COUNTS = "{accepted} accepted and {rejected} rejected so far."
_FILES = "Decisions or a rule from a file"
_FILES_HELP = "A file that “Save the decisions” or “Save this rule” has written."
_BETTER = (
    "On results left out of the fit, the mean squared error of its chances is {brier:.3f}. "
    "Always saying the share of accepted ones has {share:.3f}."
)
_NO_BETTER = "That is not clearly better. Keep the default rule, and judge more results."
_CHART_TEXT = (
    "Chances that the rule predicts, against the share that you accepted, with 95 % intervals. "
    "Points on the line are right."
)
_PREDICTED = "Predicted chance of being accepted"
_ACCEPTED = "Share that you accepted"
# Seen well on the light and on the dark page.
_MARKS = "#1a91a6"
_USE_HELP = "Plausible then means: at least {share:.0%} of masks like it would be accepted by you."


def show_own_results(masks: Sequence[PhraseMask], judged: Sequence[Judged]) -> None:
    """Take decisions on the masks on show, fit a rule to all decisions, and put it in use.

    Args:
        masks: Of the frame on show.
        judged: What is thought of each of them.
    """
    desk = presence_desk()
    st.caption(t(_INTRO, accepted=LEAST_EACH, rejected=LEAST_EACH))
    for mask, one in zip(masks, judged, strict=True):
        _take_decision(desk, mask, one)
    examples = desk.examples
    accepted = sum(example.accepted for example in examples)
    st.markdown(t(_COUNTS, accepted=accepted, rejected=len(examples) - accepted))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(t("Fit a rule to these"), key="fit_presence", icon=":material/tune:"):
            _fit(desk)
        st.download_button(
            t("Save the decisions"),
            data=lambda: examples_to_json(desk.examples),
            file_name="decisions.json",
            mime="application/json",
            on_click="ignore",
            key="save_decisions",
            icon=":material/download:",
            disabled=not examples,
        )
    _read_files(desk)
    if desk.fitted is not None:
        _show_fitted(desk, desk.fitted)


def _take_decision(desk: PresenceDesk, mask: PhraseMask, one: Judged) -> None:
    key = (mask.phrase.casefold(), mask.sha256)
    before = desk.decisions.get(key)
    standing = None if before is None else (_ACCEPT if before.accepted else _REJECT)
    answers = {_ACCEPT: t("Accept"), _REJECT: t("Reject")}
    decision = st.segmented_control(
        plain(one.phrase),
        answers,
        format_func=answers.__getitem__,
        default=standing,
        # A new widget for a new mask, so that no decision is taken over.
        key=f"decide_{mask.phrase.casefold()}_{mask.sha256[:16]}",
    )
    if decision is None:
        desk.decisions.pop(key, None)
    elif decision != standing:
        desk.decisions[key] = Example(one.evidence, decision == _ACCEPT)


def _fit(desk: PresenceDesk) -> None:
    try:
        desk.fitted = fit_rule(desk.examples)
    except InputError as error:
        show_error(error)
        return
    desk.in_use = False
    # The legend may have to change.
    st.rerun()


def _read_files(desk: PresenceDesk) -> None:
    files = st.file_uploader(
        t(_FILES),
        type="json",
        accept_multiple_files=True,
        key="presence_files",
        help=t(_FILES_HELP),
    )
    fresh = [file for file in files if file.file_id not in desk.read_files]
    for file in fresh:
        desk.read_files[file.file_id] = _read(desk, file.getvalue())
    for file in files:
        refused = desk.read_files[file.file_id]
        if refused is not None:
            show_error(refused)
    if any(desk.read_files[file.file_id] is None for file in fresh):
        st.rerun()


def _read(desk: PresenceDesk, data: bytes) -> InputError | None:
    """Take decisions or a rule from a file; gives what is wrong with it, or None."""
    takers: tuple[Callable[[], None], ...] = (
        lambda: setattr(desk, "loaded", (*desk.loaded, *examples_from_json(data))),
        lambda: setattr(desk, "fitted", FittedRule.from_json(data)),
    )
    refusal: InputError | None = None
    for take in takers:
        try:
            take()
        except InputError as error:
            refusal = error
        else:
            return None
    return refusal


def _show_fitted(desk: PresenceDesk, fitted: FittedRule) -> None:
    calibration = fitted.calibration
    sentence = t(_BETTER, brier=calibration.brier, share=calibration.brier_of_share)
    st.markdown(plain(sentence))
    if not calibration.helps:
        st.warning(t(_NO_BETTER), icon=":material/warning:")
    st.altair_chart(calibration_chart(calibration), width="content", alt=t(_CHART_TEXT))
    st.caption(t(_CHART_TEXT))
    wanted = st.toggle(
        t("Use this rule"),
        value=desk.in_use,
        # Another rule, another switch, which starts as off.
        key=f"use_rule_{hash(fitted)}",
        disabled=not calibration.helps,
        help=t(_USE_HELP, share=ACCEPT_FROM),
    )
    st.download_button(
        t("Save this rule"),
        data=fitted.to_json,
        file_name="rule.json",
        mime="application/json",
        on_click="ignore",
        key="save_rule",
        icon=":material/download:",
    )
    if wanted != desk.in_use:
        desk.in_use = wanted
        st.rerun()


def calibration_chart(calibration: Calibration) -> Any:  # noqa: ANN401 - Altair has no type information
    """Predicted chances against what the reader did, as an Altair chart."""
    import altair as alt  # noqa: PLC0415 - slow to load, and needed only for this chart

    share = alt.Scale(domain=(0, 1))
    across = alt.X("predicted:Q", scale=share, title=t(_PREDICTED))
    up = alt.Y("accepted:Q", scale=share, title=t(_ACCEPTED))
    ends_at = alt.Y("low:Q", scale=share, title=t(_ACCEPTED))
    ends = [{"predicted": share, "accepted": share} for share in (0, 1)]
    ideal = alt.Chart(alt.InlineData(values=ends))
    found = alt.Chart(alt.InlineData(values=[vars(one) for one in calibration.bins]))
    return alt.layer(
        ideal.mark_line(strokeDash=[4, 4], color="#8a959b").encode(x=across, y=up),
        found.mark_rule(strokeWidth=2, color=_MARKS).encode(x=across, y=ends_at, y2="high:Q"),
        found.mark_point(filled=True, size=70, color=_MARKS, opacity=1).encode(
            x=across,
            y=up,
            tooltip=[
                alt.Tooltip("count:Q", title=t("Results")),
                alt.Tooltip("predicted:Q", title=t("Predicted"), format=".0%"),
                alt.Tooltip("accepted:Q", title=t("Accepted"), format=".0%"),
            ],
        ),
    ).properties(width=320, height=280)
