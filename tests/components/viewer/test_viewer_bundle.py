"""The front end is many small modules on disk and three strings for Streamlit."""

from __future__ import annotations

import re

import pytest

from components.viewer import bundle

SOURCES = sorted(bundle.FRONT.iterdir())


def test_every_source_file_is_in_a_bundle():
    joined = bundle.library_js().decode() + bundle.mount_js() + bundle.carrier_js()
    for source in (path for path in SOURCES if path.suffix == ".js"):
        last_line = source.read_text("utf-8").rstrip().splitlines()[-2]
        assert last_line in joined, source.name


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_source_files_stay_small(source):
    assert len(source.read_text("utf-8").splitlines()) <= 350


def test_nothing_in_the_bundle_points_to_another_module_or_another_server():
    for text in (bundle.library_js().decode(), bundle.mount_js(), bundle.carrier_js()):
        assert not re.search(r"^import ", text, re.MULTILINE)
        assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "sink", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"]
)
def test_no_text_can_become_markup(sink):
    assert sink not in bundle.library_js().decode() + bundle.mount_js() + bundle.carrier_js()
