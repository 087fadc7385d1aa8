"""The command line, run as a user runs it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.samples import samples
from tests.standin import KEY, StandIn

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, env=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "core", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def chest(tmp_path):
    """The chest phantom as a file; a name that must not turn up in any result."""
    sample = next(sample for sample in samples() if sample.id == "chest")
    data, _ = sample.load()
    path = tmp_path / "Invented^Name.png"
    path.write_bytes(data)
    return path


def test_an_image_and_phrases_give_overlay_masks_and_manifest(chest, tmp_path):
    out = tmp_path / "out"
    done = run("segment", chest, "lung & unicorn", "--backend", "demo", "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = {"overlay.png", "mask_lung.png", "mask_unicorn.png", "manifest.json"}
    assert {path.name for path in out.iterdir()} == names
    image = np.asarray(Image.open(chest).convert("RGB"))
    overlay = np.asarray(Image.open(out / "overlay.png"))
    lung = np.asarray(Image.open(out / "mask_lung.png"))
    assert overlay.shape == image.shape
    assert lung.shape == image.shape[:2]
    assert set(np.unique(lung)) == {0, 255}
    assert not np.asarray(Image.open(out / "mask_unicorn.png")).any()
    changed = (overlay != image).any(axis=2)
    assert changed[lung > 0].mean() > 0.9
    assert not changed[lung == 0].any()
    assert "does not know" in done.stdout
    assert "Demo engine" in done.stdout


def test_the_manifest_tells_what_was_done_and_not_whose_file_it_was(chest, tmp_path):
    out = tmp_path / "out"
    run("segment", chest, "lung", "--out", out, "--threshold", "200")
    text = (out / "manifest.json").read_text()
    record = json.loads(text)
    assert record["masks"][0]["phrase"] == "lung"
    assert record["masks"][0]["threshold"] == 200
    assert record["masks"][0]["category"] == "lung"
    assert "not MedImageParse" in record["engine"]
    assert "not for diagnosis" in record["notice"]
    mask = np.asarray(Image.open(out / "mask_lung.png"))
    assert record["masks"][0]["area_px"] == np.count_nonzero(mask)
    for path in out.iterdir():
        assert b"Invented" not in path.read_bytes()


def test_the_same_run_gives_the_same_bytes(chest, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    for out in (first, second):
        assert run("segment", chest, "lung", "--out", out).returncode == 0
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.png", b"hello"),
        ("empty.png", b""),
        ("cut.png", None),
        ("tiny.png", "1x1"),
    ],
)
def test_a_file_that_is_no_image_gives_one_sentence_and_2(tmp_path, name, content):
    path = tmp_path / name
    if content is None:
        buffer = io.BytesIO()
        noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
        Image.fromarray(noise).save(buffer, "PNG")
        content = buffer.getvalue()[:1500]
    elif content == "1x1":
        buffer = io.BytesIO()
        Image.new("L", (1, 1)).save(buffer, "PNG")
        content = buffer.getvalue()
    path.write_bytes(content)
    done = run("segment", path, "lung", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--backend", "oracle"], "no backend named"),
        (["--backend", "azure"], "No MedImageParse endpoint"),
        (["--window", "wide"], "not a window"),
        (["--frame", "7"], "frame"),
    ],
)
def test_a_choice_that_makes_no_sense_gives_one_sentence_and_2(chest, tmp_path, change, words):
    clean = {"MIP_ENDPOINT": "", "MIP_API_KEY": "", "MIP_MODEL_ENDPOINT": ""}
    done = run("segment", chest, "lung", "--out", tmp_path / "out", *change, env=clean)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("phrases", ["", "&&", " & ".join(f"p{n}" for n in range(40))])
def test_phrases_that_cannot_be_sent_give_one_sentence_and_2(chest, tmp_path, phrases):
    done = run("segment", chest, phrases, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "phrase" in done.stderr


def test_a_file_that_is_not_there_gives_one_sentence_and_2(tmp_path):
    done = run("segment", tmp_path / "nowhere.png", "lung", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("nowhere.png could not be read")


def test_a_folder_that_cannot_be_made_gives_one_sentence_and_2(chest):
    done = run("segment", chest, "lung", "--out", chest / "inside_a_file")
    assert done.returncode == 2
    assert "could not be written" in done.stderr


def test_the_same_command_talks_to_an_endpoint(chest, tmp_path):
    with StandIn() as endpoint:
        env = {"MIP_ENDPOINT": endpoint.url, "MIP_API_KEY": KEY}
        out = tmp_path / "out"
        done = run("segment", chest, "liver & tumor", "--backend", "azure", "--out", out, env=env)
    assert done.returncode == 0, done.stderr
    assert (out / "mask_liver.png").exists()
    everything = done.stdout + "".join(
        path.read_bytes().decode("latin-1") for path in out.iterdir()
    )
    assert KEY not in everything
