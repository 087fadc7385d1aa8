"""The catalogue of one language: texts of the interface, and templates for sentences of ``core``.

The English text is the key. ``interface`` and ``viewer`` hold texts with ``{name}`` fields;
``messages`` holds what ``core`` says, as templates with numbered gaps for the values in it;
``names`` holds words that are translated only when they stand alone.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GAP = re.compile(r"\{(\d+)\}")
# Between two sentences. A next one that begins with a small letter, such as a host, is not seen.
_BETWEEN = re.compile(r"(?<=[.!?…]) (?=[A-Z“\"])")
_NUMBER = re.compile(r"-?\d{1,3}(,?\d{3})*(\.\d+)?")
_SIGNS = str.maketrans(",.", ".,")
_LISTS = ((", ", ", "), (" and ", " e "), (" or ", " o "))
# With fewer letters a template fits nearly everything, as "{0} is {1}." does.
_TELLING = 6
_LEAST = 2
# How far gaps are looked into, and how many sentences a template has at most.
_DEEPEST = 4
_LONGEST_RUN = 4


@dataclass(frozen=True)
class Template:
    """A sentence with gaps.

    Attributes:
        chunks: What stands before, between and after the gaps.
        translation: With the same gaps, in any order.
    """

    chunks: tuple[str, ...]
    translation: str

    @classmethod
    def of(cls, text: str, translation: str) -> Template:
        """Read a template whose gaps are numbered from 0, in order."""
        return cls(tuple(_plain(chunk) for chunk in _GAP.split(text)[::2]), translation)

    @cached_property
    def letters(self) -> int:
        """How much of it is fixed."""
        return sum(character.isalpha() for chunk in self.chunks for character in chunk)

    @cached_property
    def longest(self) -> str:
        """The longest fixed part: a sentence without it does not fit."""
        return max(self.chunks, key=len)

    def gaps(self, sentence: str) -> list[str] | None:
        """What stands in the gaps, each as short as it can be; None when it does not fit."""
        first, *between, last = self.chunks
        end = len(sentence) - len(last)
        at = len(first)
        if at > end or not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        found = []
        for chunk in between:
            start = sentence.find(chunk, at, end)
            if start < 0:
                return None
            found.append(sentence[at:start])
            at = start + len(chunk)
        return [*found, sentence[at:end]]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All texts of one language.

    Attributes:
        interface: Texts of pages and components, by their English text.
        viewer: Texts of the viewer in the browser, by their English text.
        messages: Sentences and pieces of sentences of ``core``, by their English template.
        names: Words that are translated only when they stand alone, by their English word.
    """

    interface: Mapping[str, str]
    viewer: Mapping[str, str]
    messages: Mapping[str, str]
    names: Mapping[str, str]

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The messages with gaps, the most telling first."""
        with_gaps = (item for item in self.messages.items() if _GAP.search(item[0]))
        found = (Template.of(text, translation) for text, translation in with_gaps)
        return tuple(sorted(found, key=lambda template: -template.letters))

    def told(self, text: str) -> str:
        """Translate what ``core`` says; what is not known stays as it is."""
        found = self.names.get(text) or self._exactly(text)
        return found or self._filled(text, _LEAST) or self._sentences(text)

    def _sentences(self, text: str) -> str:
        """Translate those sentences of a text that are known, in runs that are known together."""
        parts = _BETWEEN.split(text)
        told: list[str] = []
        while parts:
            sizes = range(min(_LONGEST_RUN, len(parts)), 0, -1)
            runs = ((size, self._piece(" ".join(parts[:size]))) for size in sizes)
            size, found = next(((s, found) for s, found in runs if found), (1, parts[0]))
            told.append(found)
            del parts[:size]
        return " ".join(told)

    def _piece(self, text: str, depth: int = _DEEPEST) -> str | None:
        """Translate a sentence, or what fills a gap in one; None when it is not known."""
        return self._exactly(text) or self._filled(text, _TELLING, depth)

    def _exactly(self, text: str) -> str | None:
        found = self.messages.get(text)
        return None if found is None else _plain(found)

    def _filled(self, text: str, least: int, depth: int = _DEEPEST) -> str | None:
        """Translate by the most telling template that fits.

        No sentence ends inside a gap: what comes after is another message. A template of few
        letters counts only when something in its gaps is known.
        """
        for template in self.templates:
            if template.longest not in text:
                continue
            gaps = template.gaps(text)
            if gaps is None or any(_BETWEEN.search(g) and g not in self.messages for g in gaps):
                continue
            filled = [self._gap(gap, depth - 1) for gap in gaps]
            if template.letters >= least or filled != gaps:
                return template.translation.format(*filled)
        return None

    def _gap(self, text: str, depth: int) -> str:
        """Translate what fills a gap, if it is a number or something that ``core`` says too."""
        words = text.strip(" :")
        if _NUMBER.fullmatch(words):
            return local_number(text)
        if not depth or not any(character.isalpha() for character in words):
            return text
        told = self._listed(words, depth, _LISTS)
        return text if told is None else text.replace(words, told, 1)

    def _listed(self, text: str, depth: int, signs: tuple[tuple[str, str], ...]) -> str | None:
        """Translate a piece, or a list of which each entry is one."""
        found = self._piece(text, depth)
        for n, (sign, translated) in enumerate(signs):
            if found is None and sign in text:
                told = [self._listed(part, depth, signs[n + 1 :]) for part in text.split(sign)]
                found = translated.join(filter(None, told)) if all(told) else None
        return found


@cache
def catalogue(language: str) -> Catalogue:
    """Read the catalogue of a language, ``<language>.json`` in this folder."""
    parts = json.loads(Path(__file__).with_name(f"{language}.json").read_text("utf-8"))
    return Catalogue(**parts)


def local_number(text: str) -> str:
    """A number as it is written where commas mark decimals: 1,234.5 becomes 1.234,5."""
    return text.translate(_SIGNS)


def _plain(text: str) -> str:
    """A text of the catalogue without gaps as it is read: its braces are doubled."""
    return text.replace("{{", "{").replace("}}", "}")
