"""``python -m core measure``, called as the command line calls it."""

import argparse

import pandas as pd
import pytest

from core.commands import measure
from core.errors import ChoiceError, PhraseError
from core.samples import samples


@pytest.fixture
def vertebra(tmp_path):
    """A CT slice with a pixel size; its name must not turn up in any result."""
    data, _ = next(sample for sample in samples() if sample.id == "ct_vertebra").load()
    path = tmp_path / "Invented^Name.dcm"
    path.write_bytes(data)
    return path


def run(*arguments):
    parser = argparse.ArgumentParser()
    measure.add_arguments(parser)
    measure.run(parser.parse_args([str(argument) for argument in arguments]))


def test_the_table_is_printed_with_units_and_the_rule(vertebra, capsys):
    run(vertebra, "bone & body")
    text = capsys.readouterr().out
    header, bone, body = text.splitlines()[1:4]
    assert "area_mm2" in header
    assert "mean_HU" in header
    assert "largest_diameter_px" not in header
    assert bone.startswith("bone")
    assert body.startswith("body")
    assert "Overlaps: independent" in text
    assert "Pixel size: file." in text
    assert "not MedImageParse" in text
    assert "not for diagnosis" in text


def test_the_csv_has_all_figures_and_no_name(vertebra, tmp_path):
    out = tmp_path / "out"
    run(vertebra, "bone & body", "--out", out, "--rule", "highest", "--threshold", "150")
    (file,) = out.iterdir()
    assert file.name == "measurements.csv"
    assert b"Invented" not in file.read_bytes()
    table = pd.read_csv(file)
    assert table["phrase"].tolist() == ["bone", "body"]
    assert (table["threshold_level"] == 150).all()
    assert (table["overlap_rule"] == "highest").all()
    # The bone is inside the body, so one label a pixel leaves the body with less of it.
    assert table["share_of_body_percent"].sum() < 101


def test_the_csv_can_be_given_its_name(vertebra, tmp_path):
    run(vertebra, "bone", "--out", tmp_path / "mine.csv")
    assert pd.read_csv(tmp_path / "mine.csv")["area_px"].item() > 0


def test_what_is_not_there_has_an_area_of_0_and_no_other_figure(vertebra, capsys):
    run(vertebra, "unicorn & bone")
    unicorn = capsys.readouterr().out.splitlines()[2]
    assert unicorn.split()[:3] == ["unicorn", "0.00", "0"]
    assert "–" in unicorn


def test_a_threshold_that_does_not_exist_and_no_phrase_are_told_in_words(vertebra):
    with pytest.raises(ChoiceError, match="300"):
        run(vertebra, "bone", "--threshold", "300")
    with pytest.raises(PhraseError):
        run(vertebra, " & ")
