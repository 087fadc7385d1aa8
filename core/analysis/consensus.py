"""What a case comes to when its readers are taken together, and why it may need a third one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.analysis.agreement import pair_dice
from core.analysis.votes import masks_of, presence_of, reads_of, says_present, votes_of
from core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.analysis.votes import Load, Vote
    from core.review.results import Case, Method, Outcome
    from core.review.values import Rules, Verdict

    Bool = npt.NDArray[np.bool_]
    Rule = Literal["majority", "staple"]

DICE_LIMIT = 0.7
"""Dice of two readers from which on their masks may be merged. A. P. Zijdenbos and others (IEEE
Transactions on Medical Imaging 13, 1994, 716-724) call agreement above 0.7 excellent; small
structures reach it with more difficulty than large ones."""

# From this probability of being foreground on, a pixel belongs to the STAPLE mask.
_MORE_LIKELY = 0.5


@dataclass(frozen=True, eq=False)
class Staple:
    """A mask as STAPLE estimates it.

    Attributes:
        mask: bool (H, W): where foreground is at least as likely as background.
        sensitivities: For each given mask, the share of the true foreground that it marks, 0..1.
        specificities: For each given mask, the share of the true background that it leaves, 0..1.
    """

    mask: Bool
    sensitivities: tuple[float, ...]
    specificities: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Proposal:
    """What a case comes to.

    Attributes:
        method: How it was found, as an outcome keeps it.
        verdict: The common verdict, or None where there is none.
        mask: bool (H, W), or None where the verdict leaves no mask.
        why: One sentence why a further reader is needed, or "" when none is.
    """

    method: Method
    verdict: Verdict | None
    mask: Bool | None
    why: str = ""

    @property
    def agreed(self) -> bool:
        """Whether it can become the outcome without a further reader."""
        return not self.why


def majority(masks: Bool, quorum: int) -> Bool:
    """The pixels that at least ``quorum`` masks mark, as bool (H, W).

    Args:
        masks: bool (N, H, W).
        quorum: 1 or more.
    """
    return np.asarray(np.count_nonzero(masks, axis=0) >= quorum)


def staple(masks: Bool) -> Staple:
    """The most likely mask when each reader has a sensitivity and a specificity of their own.

    By expectation maximisation over all pixels of the picture, as S. K. Warfield, K. H. Zou and
    W. M. Wells describe it (IEEE Transactions on Medical Imaging 23, 2004, 903-921). Masks that
    are all the same are returned as they are.

    Args:
        masks: bool (N, H, W), N at least 1.

    Raises:
        SettingsError: SimpleITK is not installed.
    """
    try:
        import SimpleITK  # noqa: PLC0415 - optional
    except ImportError as error:
        raise SettingsError(
            "STAPLE needs the package SimpleITK, which is not installed.",
            "Run: pip install -r requirements-staple.txt",
        ) from error
    if (masks == masks[0]).all():
        # The estimate has no defined parameters where nothing is background, or everything.
        return Staple(masks[0].copy(), (1.0,) * len(masks), (1.0,) * len(masks))
    estimate = SimpleITK.STAPLEImageFilter()
    images = [SimpleITK.GetImageFromArray(mask.view(np.uint8)) for mask in masks]
    chance = SimpleITK.GetArrayFromImage(estimate.Execute(images))
    return Staple(chance >= _MORE_LIKELY, estimate.GetSensitivity(), estimate.GetSpecificity())


def majority_verdict(verdicts: Sequence[Verdict], quorum: int) -> Verdict | None:
    """The verdict that most readers give, if at least ``quorum`` do and no other one has as many.

    Accepted as it is and accepted with changes are votes for the same thing: a mask is there. They
    come to ``"accept"`` when all of them are, else to ``"change"``.

    Args:
        verdicts: One a reader.
        quorum: 1 or more.
    """
    votes = Counter("accept" if says_present(one) else one for one in verdicts).most_common(2)
    if not votes or votes[0][1] < quorum:
        return None
    if len(votes) > 1 and votes[1][1] == votes[0][1]:
        return None
    verdict = votes[0][0]
    return "change" if verdict == "accept" and "change" in verdicts else verdict


def consensus_of(
    case: Case,
    load: Load,
    rules: Rules,
    method: Rule = "majority",
    *,
    dice_limit: float = DICE_LIMIT,
) -> Proposal:
    """Take the readings of a case together; an adjudicated outcome stands as it is.

    The quorum is that of the rules, or the number of readings that the item wants where that is
    less. A minority against a quorum does not make a case undecided.

    Args:
        case: Of a complete item.
        load: Gives a stored mask, as ``Desk.mask`` does.
        rules: Of the project.
        method: How masks are merged. With ``"staple"`` too the verdict goes by majority.
        dice_limit: Two readers who mark the label with a Dice under this, 0..1, need a third one.

    Raises:
        SettingsError: For STAPLE, SimpleITK is not installed.
    """
    if case.outcome is not None and case.outcome.method == "adjudicated":
        return _settled(case, case.outcome, load)
    verdicts = [read.verdict for read in reads_of(case)]
    quorum = min(rules.quorum, case.item.wanted)
    verdict = majority_verdict(verdicts, quorum)
    if verdict is None:
        return Proposal(method, None, None, _why_undecided(verdicts, quorum))
    if verdict == "flag":
        return Proposal(method, verdict, None, "It is flagged for a second look.")
    if not says_present(verdict):
        return Proposal(method, verdict, None)
    votes = votes_of(case, load)
    masks = masks_of(votes)
    mask = staple(masks).mask if method == "staple" else majority(masks, quorum)
    accepted = (vote.mask for vote in votes if vote.verdict == "accept")
    as_it_is = any(np.array_equal(mask, one) for one in accepted)
    why = _why_not_merged(votes, mask, dice_limit)
    return Proposal(method, "accept" if as_it_is else "change", mask, why)


def _settled(case: Case, outcome: Outcome, load: Load) -> Proposal:
    mask = None if outcome.mask is None else load(case.item, outcome.mask)
    return Proposal(outcome.method, outcome.verdict, mask)


def _why_undecided(verdicts: Sequence[Verdict], quorum: int) -> str:
    if len(verdicts) < quorum:
        return f"Too few readers have decided on it: {len(verdicts)}, with a quorum of {quorum}."
    there = presence_of(verdicts)
    if len(set(there)) > 1:
        yes = sum(there)
        return f"Readers differ on whether it is there: {yes} yes, {len(there) - yes} no."
    return f"No decision has a majority with a quorum of {quorum}."


def _why_not_merged(votes: Sequence[Vote], mask: Bool, limit: float) -> str:
    marking = [vote for vote in votes if says_present(vote.verdict)]
    found = [pair.dice for pair in pair_dice(marking) if pair.dice is not None]
    # As it is shown: a reader must not see that 0.70 is under 0.70.
    worst = round(min(found, default=1.0), 2)
    if worst < limit:
        return f"The masks of two readers agree with a Dice of {worst:.2f} only, under {limit:.2f}."
    return "" if mask.any() else "It is said to be there, but the common mask is empty."
