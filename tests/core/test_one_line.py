"""Words from elsewhere on one line."""

import pytest

from core.one_line import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  left \t kidney\n", "left kidney"),
        ("a\u202eb\u200bc\x00d", "a b c d"),
        ("tumeur\u00a0hépatique", "tumeur hépatique"),
        ("肝臓", "肝臓"),
        (" \n\u2028\ud800 ", ""),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_becomes_one_space(text, line):
    assert one_line(text) == line
    assert one_line(line) == line
