"""Loading: room for the file, half precision only where it gives the same masks."""

from __future__ import annotations

import numpy as np
import pytest

from core.backends.base import ModelReply
from core.backends.local import failures, loading
from core.backends.local.agreement import agreement, trial_picture
from core.backends.local.device import Placement
from core.backends.local.loading import load_model
from core.errors import LocalModelMissing, ModelFailed, OutOfMemory
from core.settings import LocalSettings
from tests.core.backends.local.fakes import CUDA_WORDS, FakeModel


class Rounded(FakeModel):
    """Says what the fake says, a little beside it."""

    def __init__(self, off):
        super().__init__()
        self.off = off

    def answer(self, embeddings, phrases):
        ramp = np.tile(np.linspace(0, 255, 1024).astype(np.uint8), (1024, 1))
        moved = np.minimum(ramp + np.uint16(self.off), 255).astype(np.uint8)
        return [ModelReply(np.stack([moved] * len(phrases[0])), (None,) * len(phrases[0]))]


class Opener:
    """Builds models, and notes how."""

    def __init__(self, off):
        self.off = off
        self.opened = []

    def __call__(self, path, placement):
        self.opened.append((placement.precision, placement.compiled))
        return Rounded(0 if placement.precision == "fp32" else self.off)


@pytest.fixture
def card(monkeypatch):
    """A CUDA card that has room, without one in the machine."""
    monkeypatch.setattr(loading, "free_bytes", lambda placement: 10**10)
    monkeypatch.setattr(loading, "give_back", lambda placement: None)
    return lambda settings: Placement("cuda", "bf16", settings.compile)


@pytest.fixture
def weights(tmp_path):
    file = tmp_path / "weights.pt"
    file.write_bytes(bytes(1_500_000))
    return lambda settings: file


def test_half_precision_that_gives_the_same_masks_is_used(card, weights):
    opener = Opener(off=2)  # levels of 255
    loaded = load_model(LocalSettings(compile=True), find=weights, place=card, open_model=opener)
    assert loaded.placement == Placement("cuda", "bf16", compiled=True)
    assert loaded.notices == ()
    assert opener.opened == [("fp32", False), ("bf16", True)]


def test_half_precision_that_gives_other_masks_is_given_up_and_that_is_said(card, weights):
    opener = Opener(off=100)
    loaded = load_model(LocalSettings(), find=weights, place=card, open_model=opener)
    assert loaded.placement == Placement("cuda", "fp32")
    assert loaded.model.off == 0
    assert opener.opened == [("fp32", False), ("bf16", False), ("fp32", False)]
    (notice,) = loaded.notices
    assert notice.text == (
        "The local model works with fp32, since bf16 gave other masks on this device: 39.2 % of "
        "the pixels of a test picture differ, a probability by up to 0.39."
    )


def test_agreement_counts_pixels_at_one_half_and_the_largest_difference():
    one = ModelReply(np.array([[[127, 10], [200, 128]]], np.uint8), ("a",))
    other = ModelReply(np.array([[[128, 61], [200, 128]]], np.uint8), ("a",))
    found = agreement(one, other)
    assert (found.share, found.difference) == (0.25, pytest.approx(51 / 255))
    assert not found.holds
    assert agreement(one, one).holds


def test_the_test_picture_is_a_picture_with_an_object_in_it():
    picture = trial_picture()
    assert picture.shape == (1024, 1024, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 40


def test_a_file_that_is_larger_than_the_free_memory_is_not_loaded(monkeypatch, weights):
    monkeypatch.setattr(loading, "free_bytes", lambda placement: 900_000)
    opener = Opener(off=0)
    with pytest.raises(OutOfMemory) as caught:
        load_model(
            LocalSettings(), find=weights, place=lambda s: Placement("cpu"), open_model=opener
        )
    assert str(caught.value) == (
        "The weights need 1.5 MB of memory, and CPU has 0.9 MB left. "
        "Close other programs, or use a computer with at least 8 GB of memory."
    )
    assert opener.opened == []


def test_where_nobody_says_how_much_memory_is_free_it_is_tried(monkeypatch, weights):
    monkeypatch.setattr(loading, "free_bytes", lambda placement: None)
    opener = Opener(off=0)
    load_model(LocalSettings(), find=weights, place=lambda s: Placement("mps"), open_model=opener)
    assert opener.opened == [("fp32", False)]


@pytest.mark.parametrize(
    ("words", "kind"),
    [(CUDA_WORDS, OutOfMemory), ("CUDA error: no kernel image is available", ModelFailed)],
)
def test_what_torch_says_while_it_loads_becomes_a_sentence(card, weights, words, kind, monkeypatch):
    def fails(path, placement):
        raise RuntimeError(words)

    monkeypatch.setattr(failures, "free_bytes", lambda placement: 100_000_000)
    monkeypatch.setattr(failures, "total_bytes", lambda placement: 4_000_000_000)
    with pytest.raises(kind, match="set MIP_LOCAL_DEVICE to cpu"):
        load_model(LocalSettings(), find=weights, place=card, open_model=fails)


def test_the_figures_are_in_the_sentence_where_they_are_known(monkeypatch):
    monkeypatch.setattr(failures, "free_bytes", lambda placement: 100_000_000)
    monkeypatch.setattr(failures, "total_bytes", lambda placement: 4_000_000_000)
    error = failures.out_of_memory(Placement("cuda:1", "fp16"))
    assert error.what == (
        "The memory of CUDA:1 is too small for the local model: 100.0 MB of 4.0 GB is left."
    )


def test_weights_that_are_not_there_are_looked_for_where_the_operator_says(tmp_path):
    settings = LocalSettings(weights=tmp_path / "none.pt", device="cpu")
    with pytest.raises(LocalModelMissing, match="MIP_LOCAL_WEIGHTS"):
        load_model(settings)
