"""Results of the page Compare: found again, and not kept for ever."""

import numpy as np

from components.compare_state import Asked, CompareDesk, ResultShelf
from components.state import Session
from core.segmentation import PhraseMask, Segmentation


def result(frame, phrase, engine="Demo"):
    values = np.zeros((frame.height, frame.width), np.uint8)
    return Segmentation(frame, (PhraseMask(phrase, None, values),), "demo", engine)


def question(frame, phrase, engine="Demo"):
    return Asked(frame.sha256, (phrase,), engine)


def test_the_results_used_last_stay_within_the_budget(grey_frame):
    shelf = ResultShelf(2 * grey_frame.height * grey_frame.width)
    for phrase in ("a", "b", "c"):
        shelf.put(question(grey_frame, phrase), result(grey_frame, phrase))
        shelf.get(question(grey_frame, "a"))
    left = [phrase for phrase in "abc" if shelf.get(question(grey_frame, phrase))]
    assert left == ["a", "c"]


def test_a_result_beyond_the_budget_is_still_shown_once(grey_frame):
    shelf = ResultShelf(1)
    shelf.put(question(grey_frame, "a"), result(grey_frame, "a"))
    assert shelf.get(question(grey_frame, "a")) is not None


def test_what_the_page_segment_has_answered_is_not_asked_again(grey_frame):
    state, desk = Session(), CompareDesk()
    state.keep(result(grey_frame, "liver"))
    assert desk.find(state, question(grey_frame, "liver")) is not None
    assert desk.find(state, question(grey_frame, "spleen")) is None
    assert desk.find(state, question(grey_frame, "liver", "Another engine")) is None
