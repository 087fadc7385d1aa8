"""The Italian catalogue has every text that a reader can meet, and nothing else."""

from __future__ import annotations

import json
import re

import pytest
from language_core import ROOT, core_names, core_texts
from language_wrapped import fields_of, wrapped_in_javascript, wrapped_in_python

from components.language.catalogue import catalogue

ITALIAN = catalogue("it")
FILE = ROOT / "components" / "language" / "it.json"

# The same word in both languages.
SAME = frozenset({
    "Account", "Area", "Area (mm²)", "Area (px)", "Area ({unit})", "Area A", "Area A (mm²)",
    "Area A (px)", "Area B", "Area B (mm²)", "Area B (px)", "Azure CLI", "Demo", "Deploy",
    "Deployment", "Dice", "Dice {value}", "Endpoint", "File", "IoU", "MedImageParse",
    "Microsoft Entra", "Proxy", "Quorum", "Resource id", "STAPLE", "Scoring URL", "Tag", "Tenant",
    "Tenant {tenant}", "Volume", "Volume (ml)", "Workspace", "area (log)", "file", "p-value",
    "volume", "volume {0}", "{0} ({1})", "{name} ({centre:g} / {width:g})",
})  # fmt: skip
# A hint that gives only values ends with what has to be typed, with no full stop behind it.
_ENDS = ".:?!…"


@pytest.fixture(scope="module")
def in_python():
    files = [*sorted((ROOT / "components").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py"))]
    return wrapped_in_python([*files, ROOT / "app.py"])


@pytest.fixture(scope="module")
def in_viewer():
    return wrapped_in_javascript(sorted((ROOT / "components" / "viewer" / "front").glob("*.js")))


def _missing(wanted, known):
    return [f"{place}: {text!r}" for text, place in wanted.items() if text not in known]


def _left_over(wanted, known):
    return [text for text in known if text not in wanted]


def test_every_sentence_of_core_has_its_italian():
    assert _missing(core_texts(), ITALIAN.messages) == []


def test_no_sentence_is_translated_that_core_does_not_say():
    assert _left_over(core_texts(), ITALIAN.messages) == []


def test_windows_and_directions_have_their_italian_names():
    assert core_names().keys() == ITALIAN.names.keys()


def test_every_text_of_the_interface_has_its_italian(in_python):
    assert _missing(in_python.texts, ITALIAN.interface) == []
    assert _left_over(in_python.texts, ITALIAN.interface) == []


def test_every_text_of_the_viewer_has_its_italian(in_viewer):
    assert _missing(in_viewer.texts, ITALIAN.viewer) == []
    assert _left_over(in_viewer.texts, ITALIAN.viewer) == []


def test_every_text_is_given_where_it_can_be_found(in_python, in_viewer):
    assert in_python.complaints + in_viewer.complaints == []


PARTS = {
    "interface": ITALIAN.interface,
    "messages": ITALIAN.messages,
    "names": ITALIAN.names,
    "viewer": ITALIAN.viewer,
}


@pytest.mark.parametrize("part", PARTS)
def test_a_translation_has_the_gaps_of_its_english(part):
    differ = {k: v for k, v in PARTS[part].items() if fields_of(k) != fields_of(v)}
    assert differ == {}


@pytest.mark.parametrize("part", PARTS)
def test_a_translation_is_another_text_unless_the_word_is_the_same(part):
    equal = {k for k, v in PARTS[part].items() if not v.strip() or v == k}
    assert equal - SAME == set()


def test_the_list_of_same_words_holds_only_words_that_are_the_same():
    equal = {k for part in PARTS.values() for k, v in part.items() if v == k}
    assert SAME - equal == set()


@pytest.mark.parametrize("part", PARTS)
def test_a_translation_ends_as_its_english_does(part):
    differ = {k: v for k, v in PARTS[part].items() if _ending(k) != _ending(v)}
    assert differ == {}


def test_the_catalogue_is_sorted_with_one_entry_a_line():
    parts = json.loads(FILE.read_text("utf-8"))
    neat = json.dumps(parts, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert FILE.read_text("utf-8") == neat


def test_italian_has_no_straight_double_spaces_and_no_exclamation_marks():
    texts = [v for part in PARTS.values() for v in part.values()]
    assert [text for text in texts if re.search(r" {2}|!|\s$", text)] == []


def _ending(text: str) -> str:
    return text[-1] if text[-1] in _ENDS else ""
