"""Finds texts in JavaScript that look as if a reader saw them and have not gone through ``t``.

A check of the look of literals, not of what the code does: two words, a word with a capital, or
any word where a title, a label or the text of an element stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_TOLD = re.compile(rf"(?<![\w.$])t\(\s*{_QUOTED}(?:\s*\+\s*{_QUOTED})*")
_PIECE = re.compile(rf"{_QUOTED}|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_VALUE = re.compile(r"\$\{([^{}]*)\}")
_WORDS = re.compile(r"(?:^|\s)[^\W\d_]{2,}[,.:;]? +[^\W\d_]{2,}(?:[,.:;]|\s|$)")
_CAPITAL = re.compile(r"^[A-Z][a-z]+\b(?!\.js)")
_LABELLED = re.compile(
    r'(?:\b(?:title|textContent|ariaLabel|placeholder)\s*[:=]|"aria-(?:label|valuetext)"\s*[:,]'
    r"|\{\},)\s*$"
)
# For programmers, names of modules, and selectors.
_UNSEEN = re.compile(r"(?:\bError\(|\bfrom|\bimport|\bclosest\()\s*$")
# Names that browsers have for keys and units, for fonts and gradients.
_NAMES = re.compile(
    r"^(?:Alt|Backspace|Escape|Enter|Home|End|(?:Arrow|Page)\w*)$|^Ctrl\+|system-ui|linear-gradient"
    r"|^(?:px|PNG|ZIP)$"
)


def unwrapped_in_javascript(file: Path) -> list[str]:
    """Literals that a script seems to draw without ``t``: where, and which."""
    source = file.read_text("utf-8")
    # As long as it was, so that places stay what they are.
    told = _TOLD.sub(lambda call: re.sub(r"[^\n]", " ", call.group()), source)
    return [
        f"{file.name}:{source.count(chr(10), 0, at) + 1}: {text!r}"
        for at, before, text in _literals(told)
        if not _UNSEEN.search(before) and not _NAMES.search(text) and _reads(before, text)
    ]


def _literals(source: str) -> Iterator[tuple[int, str, str]]:
    """Each literal without its quotes: where it is, what stands before it, and what it says."""
    for piece in _PIECE.finditer(source):
        if piece.group()[0] == "/":
            continue
        inner = piece.group()[1:-1]
        yield piece.start(), source[max(0, piece.start() - 60) : piece.start()], inner
        if piece.group()[0] == "`":
            for value in _VALUE.finditer(inner):
                for _, before, text in _literals(value.group(1)):
                    yield piece.start(), before, text


def _reads(before: str, text: str) -> bool:
    plain = _VALUE.sub("…", text)
    if _LABELLED.search(before):
        return bool(re.search(r"[^\W\d_]{2}", plain.replace("px", "")))
    return bool(_WORDS.search(plain) or _CAPITAL.search(plain))
