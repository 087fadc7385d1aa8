"""``python -m core review export``, run as the operator runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core import about
from tests.core.export.review_samples import blob, item, picture, pixels

ROOT = Path(__file__).resolve().parents[3]
LIVER = blob(4, 5, 24, 40)


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "core", "review", "export", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "MIP_DATA_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(project, tmp_path):
    """A data folder with a project that has been read."""
    (item_id,) = project.add(item(picture(), "liver"))
    project.read(item_id, ("accept", LIVER))
    project.scene.store.engine.dispose()
    return tmp_path


def test_the_results_are_written_into_a_new_folder_and_it_is_told_where(folder, tmp_path):
    out = tmp_path / "out" / "masks"
    done = run(folder, "Livers", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{out}: 4 files.")
    assert about.NOTICE in done.stdout
    (mask,) = (out / "masks").iterdir()
    assert np.array_equal(pixels(mask.read_bytes()) == 255, LIVER)
    assert json.loads((out / "manifest.json").read_bytes())["notice"] == about.NOTICE
    assert [path.name for path in out.parent.iterdir()] == ["masks"]


def test_a_zip_has_the_same_files_as_the_folder(folder, tmp_path):
    out, packed = tmp_path / "set", tmp_path / "set.zip"
    for place in (out, packed):
        done = run(folder, "Livers", "--format", "nnunet", "--dataset-id", 7, "--out", place)
        assert (done.returncode, done.stderr) == (0, "")
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    with zipfile.ZipFile(packed) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert "Dataset007_livers/dataset.json" in files


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("Kidneys",), "There is no project called 'Kidneys'."),
        (("Livers", "--format", "dicom-seg"), "A DICOM segmentation carries the name"),
        (("Livers", "--outcomes-only"), "No label has a final mask yet"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line_and_leaves_nothing(
    folder, tmp_path, arguments, sentence
):
    out = tmp_path / "out"
    done = run(folder, *arguments, "--out", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
    assert not out.exists()
    assert list(tmp_path.glob(".out*")) == []


@pytest.mark.parametrize("name", ["there", "there.zip"])
def test_what_is_there_already_is_not_written_over(folder, tmp_path, name):
    place = tmp_path / name
    place.write_bytes(b"precious")
    done = run(folder, "Livers", "--out", place)
    assert done.returncode == 2
    assert done.stderr == f"{place} is there already. Choose another name with --out.\n"
    assert place.read_bytes() == b"precious"
