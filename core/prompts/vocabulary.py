"""The trained vocabulary: which targets go with which kind of image, and their categories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson


@dataclass(frozen=True)
class Group:
    """The targets that the model was trained on for one kind of image.

    Attributes:
        modality: ``"CT"``, ``"X-Ray"``, ``"pathology"`` and so on.
        site: ``"abdomen"``, ``"chest"``..., or ``""`` when any.
        targets: Phrases in their trained spelling.
    """

    modality: str
    site: str
    targets: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the page calls it: ``"CT abdomen"``."""
        return f"{self.modality} {self.site}".strip()


@dataclass(frozen=True)
class Vocabulary:
    """Everything in ``vocabulary.json``.

    Attributes:
        categories: The 16 categories the model predicts, in its own order.
        groups: Targets by modality and site.
        category_by_target: Category of each target; keys in lower case.
    """

    categories: tuple[str, ...]
    groups: tuple[Group, ...]
    category_by_target: dict[str, str]


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary that comes with the program (once a process; it never changes)."""
    data = orjson.loads(Path(__file__).with_name("vocabulary.json").read_bytes())
    return Vocabulary(
        categories=tuple(data["categories"]),
        groups=tuple(
            Group(g["modality"], g["site"] or "", tuple(g["targets"])) for g in data["groups"]
        ),
        category_by_target={k.casefold(): v for k, v in data["category_of"].items()},
    )


def category_of(phrase: str) -> str | None:
    """Category that fits a phrase, or None when the phrase is of no trained target.

    The trained form "liver in abdomen CT" counts as its target.
    """
    target = phrase.casefold().strip()
    known = vocabulary().category_by_target
    return known.get(target) or known.get(target.split(" in ")[0].strip())


def category_fits(phrase: str, category: str | None) -> bool:
    """Whether a predicted category agrees with the phrase; unknown on either side agrees."""
    expected = category_of(phrase)
    return expected is None or category is None or category.casefold() == expected.casefold()
