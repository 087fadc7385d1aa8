"""What is written for the endpoint to read, and what is left out."""

import base64
import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from core.batch.inputs import read_image, write_inputs
from core.batch.wanted import Wanted, from_folder, from_list
from core.errors import InputError, PhraseError
from core.segmentation import prepare
from core.wire import encode_request


def write(folder, wanted, out, rows=1):
    return write_inputs(
        folder, wanted, out, rows_per_file=rows, on_progress=lambda _done, _total: None
    )


def rows_of(file):
    before = csv.field_size_limit(2**28)
    try:
        return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    finally:
        csv.field_size_limit(before)


def test_a_row_holds_what_the_online_endpoint_would_get_and_nothing_else(images, tmp_path):
    wanted = [Wanted("a.png", ("liver", 'one, with a comma and a "quote", äöü'))]
    write(images, wanted, tmp_path / "in")
    content = (tmp_path / "in" / "batch_input_001.csv").read_bytes()
    (row,) = rows_of(tmp_path / "in" / "batch_input_001.csv")
    ready = prepare(read_image(images, "a.png").frame, wanted[0].phrases)
    body = json.loads(encode_request([ready.picture], [wanted[0].phrases]))
    assert [row["image"], row["text"]] == body["input_data"]["data"][0]
    assert row[""] == "0"
    assert content.count(b"\n") == 2
    assert Image.open(io.BytesIO(base64.b64decode(row["image"]))).info == {}


def test_files_are_numbered_with_zeros_and_hold_so_many_rows(images, tmp_path):
    wanted = from_folder(images, "lung", leave=tmp_path / "out")
    items, _ = write(images, wanted, tmp_path / "in", rows=2)
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == [
        "batch_input_001.csv",
        "batch_input_002.csv",
        "batch_input_003.csv",
    ]
    assert [(item.file[-5], item.row) for item in items] == [
        ("1", 0), ("1", 1), ("2", 0), ("2", 1), ("3", 0),
    ]  # fmt: skip
    for item in items:
        assert rows_of(tmp_path / "in" / item.file)[item.row][""] == str(item.row)


def test_more_than_999_files_get_more_digits(images, tmp_path):
    missing = [Wanted(f"{number}.png", ("lung",)) for number in range(1200)]
    items, left_out = write(images, [*missing, Wanted("a.png", ("lung",))], tmp_path / "in")
    assert items[0].file == "batch_input_0001.csv"
    assert len(left_out) == 1200


def test_a_file_that_is_no_image_is_left_out_and_the_rest_goes_on(images, tmp_path):
    (images / "b_notes.txt").write_text("hello")
    (images / ".hidden").write_text("hello")
    wanted = from_folder(images, "lung", leave=tmp_path / "out")
    items, left_out = write(images, wanted, tmp_path / "in")
    assert len(items) == 5
    assert [entry.name for entry in left_out] == ["b_notes.txt"]
    assert "b_notes.txt" in left_out[0].reason
    assert [item.number for item in items] == [1, 2, 3, 4, 5]


def test_results_inside_the_folder_are_not_taken_for_images(images):
    out = images / "out"
    out.mkdir()
    Image.fromarray(np.zeros((32, 32), np.uint8)).save(out / "overlay.png")
    assert len(from_folder(images, "lung", leave=out)) == 5


@pytest.mark.parametrize("phrases", ["none", "NA", "12", "1e5", "nan"])
def test_phrases_that_the_cloud_would_not_read_as_text_are_refused(images, tmp_path, phrases):
    with pytest.raises(InputError, match="would not read"):
        from_folder(images, phrases, leave=tmp_path)


def test_no_phrase_no_folder_and_an_empty_folder_are_refused(images, tmp_path):
    with pytest.raises(PhraseError):
        from_folder(images, "", leave=tmp_path)
    for folder in (tmp_path / "nowhere", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(InputError):
            from_folder(folder, "lung", leave=tmp_path / "out")


def test_a_list_gives_every_image_its_own_phrases(images, tmp_path):
    queue = tmp_path / "queue.csv"
    queue.write_text('\ufeffname,phrases\nward/d.png,"liver & tumor"\na.png,lung\n', "utf-8")
    assert from_list(images, queue) == [
        Wanted("ward/d.png", ("liver", "tumor")),
        Wanted("a.png", ("lung",)),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,phrases\n../outside.png,lung\n", "does not lie in"),
        ("name,phrases\n/etc/passwd,lung\n", "does not lie in"),
        ("name,phrases\n", "no rows"),
        ("file,text\na.png,lung\n", "no rows"),
        ("name,phrases\n,lung\n", "does not lie in"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(images, tmp_path, text, words):
    queue = tmp_path / "queue.csv"
    queue.write_text(text)
    with pytest.raises(InputError, match=words):
        from_list(images, queue)


def test_a_list_that_is_not_there_is_refused(images, tmp_path):
    with pytest.raises(InputError, match="could not be read"):
        from_list(images, tmp_path / "queue.csv")
