from itertools import pairwise

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from core.palette import COLOURS, assign_colours, rgb_of


def test_a_phrase_keeps_its_colour_when_others_come_and_go():
    first = assign_colours(["liver", "tumor"], {})
    later = assign_colours(["vessel", "Tumor"], first)
    assert later["tumor"] == first["tumor"]
    assert len(set(later.values())) == 3


def test_sixteen_phrases_have_sixteen_colours_and_a_seventeenth_still_gets_one():
    colours = assign_colours([f"p{n}" for n in range(17)], {})
    assert len(set(colours.values())) == 16


def test_the_colours_can_be_told_apart():
    lab = rgb2lab(np.array([rgb_of(c) for c in COLOURS], dtype=np.uint8)[None])[0]
    distances = [deltaE_ciede2000(lab[i], lab[j]) for i in range(len(lab)) for j in range(i)]
    assert min(distances) > 10
    assert all(a != b for a, b in pairwise(COLOURS))


@pytest.mark.parametrize("text", ["red", "#12345", "#12345g", "", "url(x)"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError, match="not a colour"):
        rgb_of(text)
