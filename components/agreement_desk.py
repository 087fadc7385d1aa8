"""What the agreement page has computed in this session, kept while the readings are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from core.analysis.agreement import agreement_of
from core.analysis.consensus import consensus_of
from core.review.figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import TypeVar

    from core.analysis.agreement import Agreement
    from core.analysis.consensus import Proposal, Rule
    from core.review.desk import Desk
    from core.review.figures import Figures
    from core.review.results import Case
    from core.review.values import Rules

    Kept = TypeVar("Kept")

_KEY = "_agreement_desk"
Cases = tuple["Case", ...]


def kept_agreement(desk: Desk, cases: Cases) -> Agreement:
    """How far the readers of these cases agree."""
    return _kept("agreement", _state(cases), lambda: agreement_of(cases, desk.mask))


def kept_figures(desk: Desk, cases: Cases) -> Figures:
    """What the readers made of the AI's masks in these cases."""
    return _kept("figures", _state(cases), lambda: figures_of(cases, desk.mask, desk.ai_mask))


def kept_proposals(
    desk: Desk, cases: Cases, rules: Rules, rule: Rule, limit: float
) -> dict[str, Proposal]:
    """What each case comes to, by the id of its label; without the masks, which would be many.

    Raises:
        SettingsError: For STAPLE, SimpleITK is not installed.
    """

    def make() -> dict[str, Proposal]:
        return {
            case.label.id: replace(proposal(desk, case, rules, rule, limit), mask=None)
            for case in cases
        }

    return _kept("proposals", (_state(cases), rules, rule, limit), make)


def proposal(desk: Desk, case: Case, rules: Rules, rule: Rule, limit: float) -> Proposal:
    """What one case comes to, with its mask.

    Raises:
        SettingsError: For STAPLE, SimpleITK is not installed.
    """
    return consensus_of(case, desk.mask, rules, rule, dice_limit=limit)


def _state(cases: Cases) -> Hashable:
    """Changes whenever a reading or an outcome does."""
    return tuple(
        (
            case.label.id,
            tuple((read.reader, read.verdict, read.mask, read.seconds) for read in case.reads),
            case.outcome,
        )
        for case in cases
    )


def _kept(name: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """The last of its name where the key is the same, else made anew."""
    kept = st.session_state.setdefault(_KEY, {})
    if name not in kept or kept[name][0] != key:
        kept[name] = (key, make())
    found: Kept = kept[name][1]
    return found
