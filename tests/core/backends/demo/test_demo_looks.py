"""What a picture is taken for."""

from __future__ import annotations

import numpy as np
import pytest

from core.backends.demo.looks import Look, guess
from core.backends.demo.view import View
from core.imaging import open_upload
from core.imaging.model import Frame
from core.samples import samples
from core.samples.phantoms import draw_brain, draw_chest, draw_histology, draw_skin
from core.segmentation import prepare


def _guess(frame: Frame) -> tuple[Look, ...]:
    return guess(View.of(prepare(frame, "anything")))


@pytest.mark.parametrize(
    ("draw", "look"),
    [
        (draw_chest, Look.CHEST_XRAY),
        (draw_skin, Look.SKIN),
        (draw_brain, Look.BRAIN_MR),
        (draw_histology, Look.HISTOLOGY),
    ],
)
def test_drawings_look_like_what_they_resemble(draw, look):
    rgb = draw().rgb
    assert _guess(Frame(values=rgb, rgb=rgb)) == (look,)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("retina", Look.FUNDUS),
        ("colon_ihc", Look.HISTOLOGY),
        ("ct_vertebra", Look.CT),
    ],
)
def test_real_samples_are_recognised(name, look):
    (sample,) = [sample for sample in samples() if sample.id == name]
    assert _guess(open_upload(*sample.load()).frame())[0] == look


def test_what_the_file_states_counts_more_than_what_it_looks_like():
    rgb = draw_chest().rgb
    assert _guess(Frame(values=rgb, rgb=rgb, modality="US")) == (Look.ULTRASOUND,)


def test_units_of_hounsfield_mean_ct():
    rgb = draw_brain().rgb
    values = rgb[..., 0].astype(np.float32) - 200
    assert _guess(Frame(values=values, rgb=rgb, unit="HU")) == (Look.CT,)


@pytest.mark.parametrize(
    ("colour", "look"), [((30, 60, 200), Look.COLOUR), ((40, 160, 60), Look.COLOUR)]
)
def test_a_colour_that_no_tissue_has_is_just_a_photo(rng, colour, look):
    rgb = np.clip(np.array(colour) + rng.normal(0, 25, (200, 200, 1)), 0, 255).astype(np.uint8)
    assert _guess(Frame(values=rgb, rgb=rgb)) == (look,)


@pytest.mark.parametrize(
    ("file", "look"),
    [
        ("00_CT_lung.png", Look.CT),
        ("04_CT_liver.png", Look.CT),
        ("06_CT_abdomen.png", Look.CT),
        ("09_MRI-FLAIR_brain.png", Look.BRAIN_MR),
        ("15_X-Ray_chest.png", Look.CHEST_XRAY),
        ("covid_1585.png", Look.CHEST_XRAY),
        ("18_pathology_colon.png", Look.HISTOLOGY),
        ("19_pathology_liver.png", Look.HISTOLOGY),
        ("20_ultrasound_breast.png", Look.ULTRASOUND),
        ("23_fundus_retinal.png", Look.FUNDUS),
        ("24_endoscope_colon.png", Look.ENDOSCOPY),
        ("C3_EndoCV2021_00462.jpg", Look.ENDOSCOPY),
        ("25_dermoscopy_skin.png", Look.SKIN),
    ],
)
def test_real_pictures_are_recognised(shared, file, look):
    path = shared / "real" / "images" / file
    frame = open_upload(path.read_bytes(), path.name).frame()
    assert _guess(frame)[0] == look
