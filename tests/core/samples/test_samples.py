"""The gallery: every sample opens like an upload and has something to show."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.backends import get_backend
from core.imaging import open_upload
from core.samples import gallery, samples
from core.segmentation import segment

_IDS = [sample.id for sample in samples()]


def _sample(name):
    return next(sample for sample in samples() if sample.id == name)


def test_every_sample_has_its_own_id_title_and_source():
    every = samples()
    assert len(every) == 7
    assert len({sample.id for sample in every}) == len({s.title for s in every}) == 7
    for sample in every:
        assert re.fullmatch(r"[a-z0-9_]+", sample.id)
        assert re.search("licence|CC0|copyright", sample.source_note)


def test_a_drawing_says_that_it_is_one():
    drawn = [sample for sample in samples() if "Drawn by this project" in sample.source_note]
    assert len(drawn) == 4
    assert all(sample.title.endswith("(drawn)") for sample in drawn)


@pytest.mark.parametrize("name", _IDS)
def test_one_click_gives_a_mask_for_each_suggested_phrase(name):
    sample = _sample(name)
    frame = open_upload(*sample.load()).frame()
    result = segment(frame, sample.phrases, get_backend("demo"))
    for mask in result.masks:
        assert 0.005 < mask.mask().mean() < 0.9, mask.phrase
    assert not {notice.code for notice in result.notices} & {"not_found", "other_picture"}


@pytest.mark.parametrize("name", _IDS)
def test_loading_twice_gives_the_same_bytes(name):
    sample = _sample(name)
    assert sample.load() == sample.load()


def test_the_ct_sample_keeps_its_units():
    frame = open_upload(*_sample("ct_vertebra").load()).frame()
    assert frame.unit == "HU"
    result = segment(frame, "bone", get_backend("demo"))
    assert np.median(frame.values[result.masks[0].mask()]) > 200


def test_a_package_without_its_data_only_makes_its_sample_disappear(monkeypatch, tmp_path):
    monkeypatch.setattr(gallery, "files", lambda _package: tmp_path)
    assert {sample.id for sample in samples()} == {"chest", "skin", "brain", "tissue"}
