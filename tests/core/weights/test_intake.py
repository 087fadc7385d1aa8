"""Taking in a file that was downloaded by hand."""

import shutil
from collections import namedtuple

import pytest

from core.backends.base import RunControl
from core.errors import Cancelled, ExportError, InputError, LocalModelMissing, WeightsDamaged
from core.settings import LocalSettings
from core.weights import Hub, find, place_of, record_of, take_in


def test_a_file_is_copied_checked_and_kept_where_it_was(checkpoint, place, hub):
    stages = []
    verdict = take_in(checkpoint, place, hub=Hub(hub.url), tell=stages.append)
    assert place.read_bytes() == checkpoint.read_bytes()
    assert verdict.record.source == "hub"
    assert record_of(place) == verdict.record
    assert verdict.record.is_of(place)
    assert [*dict.fromkeys(stage.name for stage in stages)] == ["copy", "hash", "parameters"]
    assert {file.name for file in place.parent.iterdir()} == {
        place.name, f"{place.name}.json", ".lock",
    }  # fmt: skip


def test_a_file_that_is_not_the_one_leaves_the_place_as_it_was(checkpoint, place):
    place.parent.mkdir(parents=True)
    place.write_bytes(b"the file of before")
    with pytest.raises(WeightsDamaged, match="not the one that was given"):
        take_in(checkpoint, place, expected="0" * 64)
    assert place.read_bytes() == b"the file of before"
    assert list(place.parent.glob("unfinished-*")) == []
    assert record_of(place) is None


def test_a_hub_out_of_reach_leaves_a_remark(checkpoint, place, hub):
    hub.hub_statuses = [500]
    verdict = take_in(checkpoint, place, hub=Hub(hub.url))
    assert verdict.record.source == "nothing"
    assert "could not be compared" in verdict.remarks[0]


def test_the_user_can_stop_the_copying(checkpoint, place):
    with pytest.raises(Cancelled):
        take_in(checkpoint, place, control=RunControl(is_cancelled=lambda: True))
    assert list(place.parent.glob("unfinished-*")) == []


def test_what_cannot_be_taken_in_is_told(checkpoint, place, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"no file missing\.pt"):
        take_in(tmp_path / "missing.pt", place)
    with pytest.raises(InputError, match=r"ends in '\.pt'"):
        take_in(checkpoint, place.with_suffix(".safetensors"))
    with pytest.raises(InputError, match="in its place already"):
        take_in(checkpoint, checkpoint)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, 50_000_000))
    with pytest.raises(ExportError, match=r"0\.05 GB is free"):
        take_in(checkpoint, place)


def test_a_folder_that_cannot_be_made_is_told(checkpoint, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="cannot be written to"):
        take_in(checkpoint, tmp_path / "file" / "weights" / "biomedparse_v1.pt")


def test_the_place_is_in_the_data_folder_unless_it_is_set(tmp_path):
    usual = place_of(LocalSettings(data_folder=tmp_path))
    assert usual == tmp_path / "weights" / "biomedparse_v1.pt"
    assert place_of(LocalSettings()).parts[-3:] == (
        "medimageparse-workbench", "weights", "biomedparse_v1.pt",
    )  # fmt: skip
    mine = tmp_path / "mine.safetensors"
    assert place_of(LocalSettings(weights=mine, data_folder=tmp_path)) == mine
    converted = usual.with_suffix(".safetensors")
    converted.parent.mkdir()
    converted.write_bytes(b"")
    assert place_of(LocalSettings(data_folder=tmp_path)) == converted


def test_missing_weights_are_told_with_the_command_that_helps(tmp_path):
    with pytest.raises(LocalModelMissing, match="are not on this machine") as caught:
        find(LocalSettings(data_folder=tmp_path))
    assert caught.value.next_step == "Run: python -m core weights"
    with pytest.raises(LocalModelMissing, match="MIP_LOCAL_WEIGHTS names a file"):
        find(LocalSettings(weights=tmp_path / "gone.pt"))
    other = tmp_path / "weights.ckpt"
    other.write_bytes(b"PK")
    with pytest.raises(WeightsDamaged, match=r"ends in '\.ckpt'"):
        find(LocalSettings(weights=other))
