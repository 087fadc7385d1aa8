"""At which levels masks are cut, and what becomes of a pixel that two phrases claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import ChoiceError
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = ("independent", "highest")
"""``"independent"``: each phrase keeps all its pixels. ``"highest"``: a pixel belongs to the phrase
with the highest probability there, among those whose threshold it reaches; the first one wins."""


@dataclass(frozen=True)
class Levels:
    """What the user has set in the viewer.

    Attributes:
        thresholds: Level 0..255 from which a pixel is foreground, by phrase in lower case.
        rule: One of :data:`RULES`.

    Raises:
        ChoiceError: A level or the rule is out of range.
    """

    thresholds: Mapping[str, int] = field(default_factory=dict)
    rule: str = "independent"

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))
        if self.rule not in RULES:
            raise ChoiceError(
                f"There is no rule for overlaps named {self.rule[:20]!r}.",
                f"Choose one of {', '.join(RULES)}.",
            )
        for level in self.thresholds.values():
            if not 0 <= level <= 255:
                raise ChoiceError(f"A threshold of {level} does not exist.", "Choose 0 to 255.")

    def level(self, phrase: str) -> int:
        """The threshold of a phrase; 128 where none is set."""
        return self.thresholds.get(phrase.casefold(), DEFAULT_THRESHOLD)
