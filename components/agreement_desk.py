"""What the agreement page has computed in this session, kept while the readings are the same."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from components.kept import kept
from core.analysis.agreement import agreement_of
from core.analysis.consensus import consensus_of
from core.review.figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from core.analysis.agreement import Agreement
    from core.analysis.consensus import Proposal, Rule
    from core.review.desk import Desk
    from core.review.figures import Figures
    from core.review.results import Case
    from core.review.values import Rules

Cases = tuple["Case", ...]


def kept_agreement(desk: Desk, cases: Cases) -> Agreement:
    """How far the readers of these cases agree."""
    return kept("agreement", _state(cases), lambda: agreement_of(cases, desk.mask))


def kept_figures(desk: Desk, cases: Cases) -> Figures:
    """What the readers made of the AI's masks in these cases."""
    make = partial(figures_of, cases, desk.mask, desk.ai_mask)
    return kept("agreement figures", _state(cases), make)


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

    return kept("agreement proposals", (_state(cases), rules, rule, limit), make)


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
