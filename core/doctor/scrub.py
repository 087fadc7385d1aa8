"""Takes everything secret, and every person's name, out of a text before anyone sees it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from core.doctor.finding import Fact, Finding

_HIDDEN = "****"
# A shorter text is part of ordinary words; where it stands as a password, the patterns catch it.
_SHORTEST = 4

_PATTERNS = (
    (re.compile(r"(?<=//)[^/@\s'\"]+(?=@)"), _HIDDEN),  # user and password of a URL
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {_HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), _HIDDEN),  # a JSON web token
)
_PERSONS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "an account"),
    (re.compile(r"(?i)(?<=client ')[^']+(?=')"), "an account"),  # as Resource Manager names it
    (re.compile(r"(?i)(?<=object id ')[^']+(?=')"), _HIDDEN),
)


class Scrubber:
    """Knows the secrets of one examination, in every spelling in which they may come back."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        home = str(Path.home())
        if len(home) > 1:
            self._shown[home] = "~"

    def hide(self, secret: str, shown: str = _HIDDEN) -> None:
        """Have a text replaced from now on, also where it is quoted or coded.

        Args:
            secret: A key, a token, a password or a name.
            shown: What stands in its place.
        """
        if len(secret) < _SHORTEST:
            return
        coded = base64.b64encode(secret.encode("utf-8", "replace")).decode()
        spellings = (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])
        for spelling in (*spellings, coded, coded.rstrip("=")):
            self._shown[spelling] = shown

    def text(self, text: str) -> str:
        """The text without secrets and without names of persons."""
        for secret in sorted(self._shown, key=len, reverse=True):
            text = text.replace(secret, self._shown[secret])
        for pattern, shown in (*_PATTERNS, *_PERSONS):
            text = pattern.sub(shown, text)
        return text

    def finding(self, finding: Finding) -> Finding:
        """The finding with all its texts scrubbed; a personal fact keeps its name."""
        return replace(
            finding,
            what=self.text(finding.what),
            next_step=self.text(finding.next_step),
            facts=tuple(self._fact(fact) for fact in finding.facts),
        )

    def _fact(self, fact: Fact) -> Fact:
        return fact if fact.personal else replace(fact, value=self.text(fact.value))
