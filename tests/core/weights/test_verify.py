"""Checking a file of weights, and that a later change of it shows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.backends.base import RunControl
from core.errors import Cancelled, InputError, WeightsDamaged
from core.settings import LocalSettings
from core.weights import Hub, find, record_of, verify
from core.weights.digest import clean_sha256
from tests.core.backends.local.tiny import tiny_tensors, write_tiny_checkpoint
from tests.standin.hub import REVISION

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def file(checkpoint, tmp_path):
    """A copy that may be damaged."""
    return Path(shutil.copy(checkpoint, tmp_path / "biomedparse_v1.pt"))


def flip_a_bit(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_the_first_check_remembers_size_hash_and_parameters(file):
    verdict = verify(file)
    assert verdict.remarks == ()
    assert verdict.record == record_of(file)
    assert verdict.record.source == "nothing"
    assert verdict.record.parameters > 100
    assert verdict.record.values > 1_000_000
    assert verdict.record.is_of(file)


def test_the_hash_is_compared_with_the_hubs(file, hub):
    record = verify(file, hub=Hub(hub.url)).record
    assert (record.source, record.revision) == ("hub", REVISION)


def test_a_hub_that_does_not_answer_leaves_a_remark(file, hub):
    hub.hub_statuses = [500]
    verdict = verify(file, hub=Hub(hub.url))
    assert verdict.record.source == "nothing"
    assert verdict.remarks == (
        "The hash could not be compared with the hub's. The hub answered with an error (500).",
    )


def test_a_file_that_the_hub_does_not_offer_is_refused_at_the_first_check(file, hub):
    hub.sha256 = "0" * 64
    with pytest.raises(WeightsDamaged, match="not the one that the hub offers") as caught:
        verify(file, hub=Hub(hub.url))
    assert "--verify --sha256 HASH" in caught.value.next_step
    assert record_of(file) is None


def test_another_checkpoint_is_taken_when_its_hash_is_given(file, hub):
    given = verify(file).record.sha256
    hub.sha256 = "0" * 64
    assert verify(file, expected=given, hub=Hub(hub.url)).record.source == "given"
    assert hub.asked_of_hub == []
    later = verify(file, hub=Hub(hub.url))
    assert later.record.source == "given"
    assert later.remarks == ("The hub offers another file by now.",)


def test_a_wrong_hash_that_was_given_is_told_with_the_right_one(file):
    with pytest.raises(WeightsDamaged, match="not the one that was given") as caught:
        verify(file, expected="0" * 64)
    assert len(next(w for w in caught.value.what.split() if len(w) > 60).strip(",.")) == 64


def test_a_single_bit_that_changes_later_shows(file):
    before = verify(file).record
    flip_a_bit(file)
    assert not before.is_of(file)
    with pytest.raises(WeightsDamaged, match="has changed since it was checked") as caught:
        verify(file)
    assert before.sha256[:12] in caught.value.what
    assert "python -m core weights --download" in caught.value.next_step


def test_the_hash_of_the_first_check_is_not_forgotten_by_a_check_that_failed(file):
    before = verify(file).record
    whole = file.read_bytes()
    flip_a_bit(file)
    for _ in range(2):
        with pytest.raises(WeightsDamaged):
            verify(file)
    assert record_of(file).sha256 == before.sha256
    assert not record_of(file).is_of(file)
    file.write_bytes(whole)
    assert verify(file).record.is_of(file)


def test_a_file_of_another_size_than_at_the_check_is_not_loaded(file):
    verify(file)
    settings = LocalSettings(weights=file)
    assert find(settings) == file
    with file.open("ab") as target:
        target.write(b"\0")
    with pytest.raises(WeightsDamaged, match="and had") as caught:
        find(settings)
    assert caught.value.next_step == "Run: python -m core weights --verify"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<!doctype html><title>Sign in</title>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "only a pointer"),
        (b"\xff\xd8\xff\xe0 a photograph", "no checkpoint of PyTorch"),
    ],
)
def test_what_is_often_saved_in_its_place_is_named(tmp_path, content, words):
    file = tmp_path / "biomedparse_v1.pt"
    file.write_bytes(content)
    with pytest.raises(WeightsDamaged, match=words) as caught:
        verify(file)
    assert "https://huggingface.co/microsoft/BiomedParse" in caught.value.next_step


def test_a_checkpoint_that_was_cut_is_refused(file):
    file.write_bytes(file.read_bytes()[: -(1 << 20)])
    with pytest.raises(WeightsDamaged):
        verify(file)
    assert record_of(file) is None


def test_a_parameter_that_is_missing_is_named(file):
    tensors = tiny_tensors()
    name = next(n for n in tensors if n.endswith("query_feat.weight"))
    torch.save({n: t for n, t in tensors.items() if n != name}, file)
    with pytest.raises(WeightsDamaged, match="missing"):
        verify(file)


def test_a_value_that_is_no_number_is_told(file):
    tensors = tiny_tensors()
    next(t for t in tensors.values() if t.ndim == 2 and t.any())[0, 0] = float("nan")
    torch.save(tensors, file)
    with pytest.raises(WeightsDamaged, match="not finite"):
        verify(file)


def test_a_file_that_was_converted_is_not_compared_with_the_hubs(tmp_path, hub):
    file = tmp_path / "biomedparse_v1.safetensors"
    save_file({n: t.contiguous() for n, t in tiny_tensors().items()}, file)
    assert verify(file, hub=Hub(hub.url)).record.source == "nothing"
    assert hub.asked_of_hub == []


def test_the_user_can_stop_a_check(file):
    with pytest.raises(Cancelled):
        verify(file, control=RunControl(is_cancelled=lambda: True))
    assert record_of(file) is None


def test_without_pytorch_the_hash_is_checked_and_the_rest_is_said(tmp_path):
    file = write_tiny_checkpoint(tmp_path / "biomedparse_v1.pt")
    program = f"""
import sys
sys.modules["torch"] = None
from pathlib import Path
from core.weights import verify
verdict = verify(Path({str(file)!r}))
print(verdict.record.parameters, *verdict.remarks)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("0 The parameters were not looked at, since PyTorch")
    assert "pip install -r requirements-local.txt" in done.stdout


def test_a_damaged_record_counts_as_none(file):
    verify(file)
    file.with_name(f"{file.name}.json").write_text('{"size": 1}')
    assert record_of(file) is None
    assert verify(file).record == record_of(file)


def test_a_hash_is_cleaned_or_refused():
    assert clean_sha256(f" {'AB' * 16} {'cd' * 16}\n") == "ab" * 16 + "cd" * 16
    with pytest.raises(InputError, match="is no SHA-256"):
        clean_sha256("ab" * 31)
