"""The command, called as the command line calls it."""

import argparse
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from core import about
from core.commands import figure as command
from core.errors import WorkbenchError
from core.samples import samples

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture
def chest(tmp_path):
    """The chest phantom under a name that must not turn up in a figure."""
    data, _ = next(sample for sample in samples() if sample.id == "chest").load()
    path = tmp_path / "Invented^Name.png"
    path.write_bytes(data)
    return path


def test_an_image_and_phrases_give_a_png(chest, tmp_path, capsys):
    out = tmp_path / "new" / "figure.PNG"
    run(chest, "left lung & right lung", "--out", out, "--width-mm", "175", "--theme", "dark")
    with Image.open(out) as picture:
        assert picture.width == 2067
        assert "left lung & right lung" in picture.text["Description"]
    assert b"Invented" not in out.read_bytes()
    said = capsys.readouterr().out
    assert "Demo engine" in said
    assert about.NOTICE in said


def test_the_ending_pdf_gives_a_pdf_with_all_choices_in_it(chest, tmp_path):
    out = tmp_path / "figure.pdf"
    run(
        chest, "left lung & right lung", "--out", out, "--layout", "side by side",
        "--threshold", "100", "--rule", "highest", "--title", "Chest", "--no-legend",
    )  # fmt: skip
    (page,) = pypdf.PdfReader(io.BytesIO(out.read_bytes())).pages
    text = " ".join(page.extract_text().split())
    assert text.startswith("Chest")
    assert "left lung 100, right lung 100" in text
    assert "the highest probability" in text
    assert "category" not in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--out", "figure.tiff"], "neither a PNG nor a PDF"),
        (["--layout", "heap"], "no layout"),
        (["--dpi", "9"], "resolution of 9 dpi"),
        (["--threshold", "300"], "threshold of 300"),
        (["--rule", "coin"], "no rule"),
        (["--backend", "oracle"], "no backend named"),
        (["--frame", "7"], "frame"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(chest, tmp_path, change, words):
    out = tmp_path / "figure.png"
    with pytest.raises(WorkbenchError, match=words):
        run(chest, "lung", "--out", out, *change)
    assert not out.exists()


def test_a_letter_that_cannot_be_shown_is_told(chest, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("core.export.figure_text._other_fonts", lambda: ())
    run(chest, "lung", "--out", tmp_path / "figure.png", "--title", "肺")
    assert "No font of this machine has 肺" in capsys.readouterr().out
    with Image.open(tmp_path / "figure.png") as picture:
        assert np.asarray(picture).std() > 0


def test_matplotlib_is_loaded_only_when_a_figure_is_made():
    program = "import core.__main__, core.commands.figure, sys; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
