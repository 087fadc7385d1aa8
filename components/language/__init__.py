"""The language of the interface: English as it stands in the code, or a catalogue's translation.

``t`` translates texts of pages and components, ``told`` what ``core`` says, and
``choose_language`` lets the reader choose. The browser's own language is the default.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, Literal, get_args

import streamlit as st

from components.language.catalogue import catalogue, local_number

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["en", "it"]


class _WithCommas(Formatter):
    """Writes numbers as they are written where commas mark decimals."""

    def format_field(self, value: object, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        return local_number(text) if isinstance(value, int | float) else text


LANGUAGES: tuple[Language, ...] = get_args(Language)
_NAMES: dict[Language, str] = {"en": "English", "it": "Italiano"}
_FORMATS: dict[Language, Formatter] = {"en": Formatter(), "it": _WithCommas()}
_KEY = "language"
_log = logging.getLogger(__name__)


def t(text: str, /, **values: object) -> str:
    """A text of the interface in the session's language.

    Args:
        text: The English text, a literal, with ``{name}`` fields for what varies.
        values: What fills the fields: a ``told`` sentence, or a number, which is written as the
            language does. Nothing is escaped for Markdown here.
    """
    chosen = language()
    shown = _translated(text, chosen)
    return _FORMATS[chosen].format(shown, **values) if values else shown


def number(value: float, decimals: int) -> str:
    """A number that stands alone, with so many decimals, as the session's language writes it."""
    text = f"{value:,.{decimals}f}"
    return text if language() == "en" else local_number(text)


def told(sentence: str) -> str:
    """A sentence or word of ``core`` in the session's language; English when it is not known.

    Args:
        sentence: With its values filled in, such as ``error.what`` or ``notice.text``.
    """
    chosen = language()
    return sentence if chosen == "en" else catalogue(chosen).told(sentence)


def viewer_texts() -> Mapping[str, str]:
    """The texts of the viewer by their English ones, for the browser; empty in English."""
    chosen = language()
    return {} if chosen == "en" else catalogue(chosen).viewer


def language() -> Language:
    """The language that was chosen in this session, else that of the browser, else English."""
    chosen: object = st.session_state.get(_KEY)
    return _known(chosen) or _of_browser()


def choose_language() -> None:
    """Draw the choice of language; it holds for the session."""
    st.segmented_control(
        "Language / Lingua",
        LANGUAGES,
        default=_of_browser(),
        required=True,
        format_func=_NAMES.__getitem__,
        key=_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )


def _translated(text: str, chosen: Language) -> str:
    if chosen == "en":
        return text
    found = catalogue(chosen).interface.get(text)
    if found is None:
        _note_missing(chosen, text)
    return found or text


def _of_browser() -> Language:
    return _known((st.context.locale or "").partition("-")[0].lower()) or "en"


def _known(word: object) -> Language | None:
    return next((known for known in LANGUAGES if known == word), None)


@lru_cache(maxsize=1024)
def _note_missing(chosen: Language, text: str) -> None:
    """Log once that a text is not in the catalogue."""
    _log.debug("no text in %s for %r", chosen, text)
