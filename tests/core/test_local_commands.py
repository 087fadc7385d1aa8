"""The local model on the command line, from a tiny checkpoint to files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.samples import samples
from tests.core.backends.local.tiny import write_tiny_checkpoint

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def type_in(monkeypatch, tmp_path, capsys, weights):
    """Type a command: ``type_in("segment", ...)`` gives exit code, output and complaints."""
    monkeypatch.chdir(tmp_path)  # away from any secrets.toml
    monkeypatch.setenv("MIP_LOCAL_DEVICE", "cpu")
    monkeypatch.setenv("MIP_LOCAL_WEIGHTS", str(weights))

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_tiny_checkpoint(tmp_path_factory.mktemp("weights") / "tiny.pt")


@pytest.fixture
def chest(tmp_path):
    sample = next(sample for sample in samples() if sample.id == "chest")
    path = tmp_path / "chest.png"
    path.write_bytes(sample.load()[0])
    return path


def test_an_image_and_phrases_give_overlay_masks_and_manifest(chest, tmp_path, weights):
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "core", "segment", str(chest), "lung & heart",
         "--backend", "local", "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "MIP_LOCAL_DEVICE": "cpu", "MIP_LOCAL_WEIGHTS": str(weights)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = {"overlay.png", "mask_lung.png", "mask_heart.png", "manifest.json"}
    assert {path.name for path in out.iterdir()} == names
    lung = np.asarray(Image.open(out / "mask_lung.png"))
    assert lung.shape == np.asarray(Image.open(chest)).shape[:2]
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["backend"], manifest["engine"]) == ("local", "BiomedParse v1, local (CPU)")
    model = manifest["model"]
    assert (model["device"], model["precision"], model["one_phrase"]) == ("cpu", "fp32", False)
    assert model["weights_sha256"] is None, "the file was never checked"
    assert done.stdout.startswith("BiomedParse v1, local (CPU)\n")
    assert "Research use only, not for diagnosis." in done.stdout
    with Image.open(out / "overlay.png") as overlay:
        said = overlay.text
    assert said["Source"] == "BiomedParse v1, local (CPU)"
    assert said["Warning"] == "Research use only, not for diagnosis."


def test_the_manifest_names_the_weights_once_they_were_checked(chest, tmp_path, type_in, weights):
    copy = tmp_path / "copy.pt"
    copy.write_bytes(weights.read_bytes())
    asked = ("segment", chest, "lung", "--backend", "local", "--out", tmp_path / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIP_LOCAL_WEIGHTS", str(copy))
        type_in("weights", "--verify", "--offline")
        assert type_in(*asked)[0] == 0
    model = json.loads((tmp_path / "out" / "manifest.json").read_text())["model"]
    assert model["weights_sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()


@pytest.mark.parametrize("command", ["measure", "evaluate", "figure"])
def test_other_commands_take_it_too(command, chest, tmp_path, type_in):
    images, masks = tmp_path / "images", tmp_path / "masks"
    for folder in (images, masks):
        folder.mkdir()
    (images / "one_xray_chest.png").write_bytes(chest.read_bytes())
    whole = np.full(np.asarray(Image.open(chest)).shape[:2], 255, np.uint8)
    Image.fromarray(whole).save(masks / "one_xray_chest_lung.png")
    words = {
        "measure": [chest, "lung"],
        "evaluate": [images, masks],
        "figure": [chest, "lung", "--out", tmp_path / "figure.png"],
    }[command]
    code, said, _ = type_in(command, *words, "--backend", "local")
    assert code == 0
    assert "BiomedParse v1, local (CPU)" in said


def test_without_weights_it_says_the_command_that_gets_them(chest, tmp_path, type_in, monkeypatch):
    monkeypatch.delenv("MIP_LOCAL_WEIGHTS")
    monkeypatch.setenv("MIP_DATA_FOLDER", str(tmp_path / "data"))
    code, _, said = type_in("segment", chest, "lung", "--backend", "local", "--out", tmp_path)
    assert code == 2
    assert "The weights of BiomedParse are not on this machine." in said
    assert "python -m core weights" in said


def test_a_setting_that_makes_no_sense_is_told(chest, tmp_path, type_in, monkeypatch):
    monkeypatch.setenv("MIP_LOCAL_PRECISION", "int8")
    code, _, said = type_in("segment", chest, "lung", "--backend", "local", "--out", tmp_path)
    assert code == 2
    assert "MIP_LOCAL_PRECISION is 'int8'" in said
