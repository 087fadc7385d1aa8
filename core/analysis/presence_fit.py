"""The rule fitted to what a reader has accepted and rejected, and how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
from scipy.optimize import minimize
from scipy.special import expit

from core.analysis.presence import (
    CHECKS,
    DEFAULT_RULE,
    NO_FINDING,
    Presence,
    reason_for_nothing,
)
from core.analysis.presence_calibration import Bin, Calibration, calibrate
from core.analysis.presence_evidence import Evidence
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

LEAST_EACH = 20
"""Accepted results, and rejected ones, that a fit needs at least."""

ACCEPT_FROM = 0.8
"""Chance of being accepted from which on a mask is plausible."""

FEATURES = (
    "area (log)",
    "highest probability",
    "mean probability",
    "undecided share",
    "edge of the picture",
    "pieces (log)",
    "largest piece",
    "interior share",
    "category fits",
)
"""What the fit weighs, in order."""

_PARTS = 5
# Strength of the pull towards no influence: that of one example a standard deviation away.
_RIDGE = 1.0
_FORMAT = "presence-rule-1"
_VECTORS = ("centre", "spread", "weights")
_EXAMPLES_FORMAT = "presence-examples-1"
_MOST_BYTES = 20_000_000


@dataclass(frozen=True)
class Example:
    """One mask that a reader has decided on."""

    evidence: Evidence
    accepted: bool


@dataclass(frozen=True)
class FittedRule:
    """A rule that a reader's own results have made.

    Attributes:
        centre: Mean of each feature.
        spread: Standard deviation of each feature, above 0.
        weights: Of each standardised feature.
        bias: Of the sum.
        accepted: Number of accepted examples.
        rejected: Number of rejected examples.
        calibration: On examples that were left out.
    """

    centre: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    accepted: int
    rejected: int
    calibration: Calibration

    def chance(self, evidence: Evidence) -> float:
        """Predicted chance, 0 to 1, that the reader accepts this mask."""
        scaled = (_features(evidence) - np.array(self.centre)) / np.array(self.spread)
        return float(expit(scaled @ np.array(self.weights) + self.bias))

    def judge(self, evidence: Evidence) -> Presence:
        """Say how far a mask can be believed by this reader's measure.

        What gives no evidence by the default rule gives none here, and what it doubts for reasons
        beyond the numbers that were fitted stays doubtful.
        """
        if nothing := reason_for_nothing(evidence, DEFAULT_RULE):
            return Presence("no evidence", (nothing,), 0.0)
        kept = [c.reason_against(evidence, DEFAULT_RULE) for c in CHECKS if not c.about_model]
        reasons = [reason for reason in kept if reason is not None]
        chance = self.chance(evidence)
        if chance < ACCEPT_FROM:
            reasons.append(
                f"By your own results {chance:.0%} of masks like it are accepted, "
                f"under {ACCEPT_FROM:.0%}."
            )
        if reasons:
            return Presence("doubtful", tuple(reasons), chance / 2)
        return Presence("plausible", (), 0.5 + chance / 2)

    def in_words(self) -> tuple[str, ...]:
        """The rule as sentences."""
        order = sorted(zip(FEATURES, self.weights, strict=True), key=lambda pair: -abs(pair[1]))
        weighty = ", ".join(f"{name} {weight:+.2f}" for name, weight in order[:3])
        return (
            f"Fitted to your results: {self.accepted} accepted, {self.rejected} rejected.",
            f"The weightiest features are {weighty}, each for one standard deviation.",
            *DEFAULT_RULE.nothing_in_words(),
            *(check.in_words(DEFAULT_RULE) for check in CHECKS if not check.about_model),
            f"Doubtful: the chance that you would accept the mask is under {ACCEPT_FROM:.0%}.",
            f"Plausible: none of these. {NO_FINDING}",
        )

    def to_json(self) -> bytes:
        """As a file."""
        return orjson.dumps({"format": _FORMAT, **vars(self)}, default=vars)

    @classmethod
    def from_json(cls, data: bytes) -> FittedRule:
        """Read what :meth:`to_json` gave.

        Raises:
            InputError: It is not such a file.
        """
        try:
            found = _read(data, _FORMAT)
            made = found.pop("calibration")
            bins = tuple(Bin(**_checked(one)) for one in made.pop("bins"))
            calibration = Calibration(bins, **_checked(made))
            centre, spread, weights = (_vector(found.pop(name)) for name in _VECTORS)
            _expect(min(spread) > 0)
            rule = cls(centre, spread, weights, **_checked(found), calibration=calibration)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                "This file is not a fitted rule of the Workbench.",
                "Choose a file that “Save this rule” has written.",
            ) from error
        return rule


def fit_rule(examples: Sequence[Example]) -> FittedRule:
    """Fit a logistic regression on the evidence, with calibration by cross-validation.

    Each example is predicted once by a fit to the other four fifths. The same examples in the same
    order always give the same rule.

    Raises:
        InputError: There are fewer than 20 accepted or fewer than 20 rejected examples.
    """
    answers = np.array([example.accepted for example in examples], dtype=bool)
    accepted, rejected = int(answers.sum()), int((~answers).sum())
    if min(accepted, rejected) < LEAST_EACH:
        raise InputError(
            f"{accepted} accepted and {rejected} rejected results are too few to fit a rule.",
            f"Judge at least {LEAST_EACH} of each; until then the default rule holds.",
        )
    table = np.stack([_features(example.evidence) for example in examples])
    left_out = np.empty(len(examples))
    part = _parts(answers)
    for number in range(_PARTS):
        test = part == number
        centre, spread, weights, bias = _fit(table[~test], answers[~test])
        left_out[test] = expit((table[test] - centre) / spread @ weights + bias)
    centre, spread, weights, bias = _fit(table, answers)
    return FittedRule(
        _vector(centre.tolist()),
        _vector(spread.tolist()),
        _vector(weights.tolist()),
        bias,
        accepted,
        rejected,
        calibrate(left_out, answers),
    )


def examples_to_json(examples: Sequence[Example]) -> bytes:
    """Decisions as a file: numbers only, no pixels, no names and no phrases."""
    rows = [{"accepted": e.accepted, "evidence": e.evidence.to_json()} for e in examples]
    return orjson.dumps({"format": _EXAMPLES_FORMAT, "examples": rows})


def examples_from_json(data: bytes) -> tuple[Example, ...]:
    """Read what :func:`examples_to_json` gave.

    Raises:
        InputError: It is not such a file.
    """
    try:
        rows = _read(data, _EXAMPLES_FORMAT)["examples"]
        _expect(isinstance(rows, list) and all(type(row["accepted"]) is bool for row in rows))
        return tuple(Example(Evidence.from_json(r["evidence"]), r["accepted"]) for r in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "This file does not hold decisions of the Workbench.",
            "Choose a file that “Save the decisions” has written.",
        ) from error


def _features(evidence: Evidence) -> Floats:
    return np.array(
        [
            math.log10(max(evidence.area, 1e-7)),
            evidence.peak,
            evidence.mean,
            evidence.undecided,
            evidence.border,
            math.log10(max(evidence.pieces, 1)),
            evidence.largest,
            evidence.interior,
            0.0 if evidence.category_fits is False else 1.0,
        ]
    )


def _fit(table: Floats, answers: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, float]:
    """Centre, spread, weights and bias of a logistic regression with a small ridge."""
    centre, spread = table.mean(axis=0), table.std(axis=0)
    # A feature that never varies must not blow up; its weight then stays at 0.
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = (table - centre) / spread
    signs = np.where(answers, 1.0, -1.0)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, bias = parameters[:-1], parameters[-1]
        margin = signs * (scaled @ weights + bias)
        pull = -signs * expit(-margin)
        value = np.logaddexp(0.0, -margin).sum() + 0.5 * _RIDGE * weights @ weights
        return float(value), np.append(scaled.T @ pull + _RIDGE * weights, pull.sum())

    best = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return centre, spread, best[:-1], float(best[-1])


def _parts(answers: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Which fifth each example belongs to, with the same mixture of answers in each."""
    part = np.empty(len(answers), dtype=np.intp)
    for answer in (False, True):
        members = np.flatnonzero(answers == answer)
        part[members] = np.arange(len(members)) % _PARTS
    return part


def _read(data: bytes, wanted: str) -> dict[str, Any]:
    _expect(len(data) <= _MOST_BYTES)
    found = orjson.loads(data)
    _expect(isinstance(found, dict) and found.pop("format", None) == wanted)
    return cast("dict[str, Any]", found)


def _vector(values: Sequence[float]) -> tuple[float, ...]:
    _expect(len(values) == len(FEATURES))
    return tuple(_checked({str(n): value for n, value in enumerate(values)}).values())


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values, all of them finite numbers.

    Raises:
        ValueError: One is not.
    """
    for value in values.values():
        _expect(type(value) in {int, float} and math.isfinite(value))
    return values


def _expect(good: object) -> None:
    if not good:
        message = "not as expected"
        raise ValueError(message)
