import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.names import neutral_stem, slug, unique_slugs


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("left lung", "left_lung"),
        ("COVID-19 infection", "covid-19_infection"),
        ('../etc/"><img onerror=alert(1)> Befund ä.PNG', "etc_img_onerror_alert_1_befund_ä_png"),
        ("...", "x"),
        ("CON", "x_con"),
        ("", "x"),
    ],
)  # fmt: skip
def test_a_name_is_safe_for_file_systems_shells_and_pages(text, name):
    assert slug(text) == name


@given(st.lists(st.text(max_size=80), max_size=20))
def test_two_phrases_never_share_a_file(texts):
    names = unique_slugs(texts)
    assert len(set(names)) == len(texts)
    assert not any(set(name) & set('/\\:*?"<>| .') for name in names)


def test_the_neutral_name_depends_on_the_pixels_only(grey_frame):
    assert neutral_stem(grey_frame) == f"image_{grey_frame.sha256[:8]}"
