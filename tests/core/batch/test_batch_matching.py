"""The core of it: every image gets its own masks, or none."""

import csv
import io
from dataclasses import replace

import numpy as np
import orjson
import pytest
from PIL import Image

from core.batch.inputs import read_image
from core.batch.results import folder_name
from core.errors import InvalidReply
from core.segmentation import prepare
from tests.standin import Reply, soft_masks


def expected(bench, item):
    """The masks of an image, computed past everything that is tested here."""
    ready = prepare(read_image(bench.images, item.name).frame, item.phrases)
    levels = soft_masks(ready.picture, item.phrases)
    return ready.letterbox.restore(levels) >= 128


def written(bench, item):
    folder = bench.job.path / folder_name(bench.batch(), item)
    return np.stack(
        [np.asarray(Image.open(folder / f"mask_{phrase}.png")) > 0 for phrase in item.phrases]
    )


def table_of(path):
    """All cells of a file, however large."""
    before = csv.field_size_limit(2**28)
    try:
        return list(csv.reader(io.StringIO(path.read_text())))
    finally:
        csv.field_size_limit(before)


def summary(bench):
    return list(csv.DictReader(io.StringIO((bench.job.path / "summary.csv").read_text())))


def has_results(bench, item):
    return (bench.job.path / folder_name(bench.batch(), item) / "manifest.json").exists()


def assert_every_image_has_its_own_masks(bench):
    for item in bench.batch().items:
        assert np.array_equal(written(bench, item), expected(bench, item)), item.name


def test_every_image_gets_its_own_masks_though_the_records_come_in_any_order(bench):
    assert bench.go() == []
    assert_every_image_has_its_own_masks(bench)
    names = [cells[-1] for cells in table_of(bench.job.predictions)]
    assert names != sorted(names), "the stand-in does not shuffle"


def test_the_images_of_this_test_could_be_told_apart(bench):
    """Otherwise the test above could not fail."""
    batch = bench.batch()
    masks = [soft_masks(prepare(read_image(bench.images, item.name).frame, "a").picture, ["a"])
             for item in batch.items]  # fmt: skip
    assert len({mask.tobytes() for mask in masks}) == len(batch.items)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": "none"},
        {"rows": "running"},
        {"repeated": True},
        {"header": True},
        {"delimiter": " "},
        {"masks": Reply(features="repr")},
        {"masks": Reply(levels="float")},
        {"elsewhere": True},
    ],
    ids=str,
)
def test_other_ways_to_write_the_predictions_are_read(bench, change):
    bench.service.plan = replace(bench.service.plan, **change)
    assert bench.go() == []
    if "masks" not in change:
        assert_every_image_has_its_own_masks(bench)


@pytest.mark.parametrize("change", [{}, {"repeated": True}], ids=str)
def test_several_images_a_file_are_told_apart_by_their_row(bench, change):
    bench.rows = 2
    bench.service.plan = replace(bench.service.plan, **change)
    assert bench.go() == []
    assert len(bench.batch().rows_of) == 3
    assert_every_image_has_its_own_masks(bench)


def test_records_without_the_name_of_their_file_are_refused_and_kept(bench):
    bench.service.plan = replace(bench.service.plan, file_names=False)
    with pytest.raises(InvalidReply, match="do not say which input file") as told:
        bench.go()
    assert "kept" in told.value.next_step
    assert bench.job.predictions.stat().st_size > 1_000_000
    assert not any(has_results(bench, item) for item in bench.batch().items)
    assert bench.service.storage.blobs, "the predictions in the cloud must stay too"


def test_with_one_file_sent_no_name_is_needed(bench):
    bench.rows = 16
    bench.service.plan = replace(bench.service.plan, file_names=False)
    assert bench.go() == []
    assert_every_image_has_its_own_masks(bench)


@pytest.mark.parametrize("rows", ["none", "running"])
def test_rows_that_do_not_number_their_file_give_no_masks_to_its_images(bench, rows):
    bench.rows = 2
    bench.service.plan = replace(bench.service.plan, rows=rows)
    missing = bench.go()
    # Running numbers fit the first file, and one that has a single row; nothing else.
    proved = 1 if rows == "none" else 3
    assert len(missing) == 5 - proved
    for item in bench.batch().items:
        if has_results(bench, item):
            assert np.array_equal(written(bench, item), expected(bench, item))


def test_a_name_that_was_never_sent_means_that_nothing_is_trusted(bench):
    bench.service.plan = replace(bench.service.plan, foreign=True)
    with pytest.raises(InvalidReply, match="never sent"):
        bench.go()
    assert not any(has_results(bench, item) for item in bench.batch().items)


def test_images_whose_predictions_are_missing_are_named_and_the_others_are_written(bench):
    bench.service.plan = replace(bench.service.plan, lost_files=2)
    missing = bench.go()
    assert [entry.item.number for entry in missing] == [4, 5]
    assert has_results(bench, bench.batch().items[0])
    table = summary(bench)
    assert [row["name"] for row in table if row["problem"]] == ["c.png", "ward/d.png"]
    assert bench.service.storage.blobs, "not all is done, so the inputs stay for --again"


def test_predictions_that_break_off_give_no_half_mask(bench):
    bench.service.plan = replace(bench.service.plan, cut=True)
    missing = bench.go()
    assert len(missing) == 1
    assert sum(has_results(bench, item) for item in bench.batch().items) == 4


def test_another_number_of_masks_than_phrases_is_refused_for_that_image(bench):
    bench.service.plan = replace(bench.service.plan, masks=Reply(more_masks=1))
    missing = bench.go()
    assert len(missing) == 5
    assert "3 masks for 2 phrases" in missing[0].reason


def test_an_image_that_was_changed_meanwhile_gets_no_masks(bench):
    batch = bench.batch()
    changed = bench.images / batch.items[1].name
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(changed)
    missing = bench.go()
    assert [entry.item.number for entry in missing] == [2]
    assert "not the one that was sent" in missing[0].reason


def test_what_is_no_csv_text_is_refused(bench):
    run = bench.run()
    run.finish(bench.batch())
    run.cloud.close()
    bench.job.predictions.write_bytes(b"\xff\xfe\x00 not text")
    with pytest.raises(InvalidReply, match="not the CSV text"):
        bench.go(threshold=99)


def test_labels_are_read_as_data_and_never_run(bench):
    bench.go(keep=True)
    table = table_of(bench.job.predictions)
    marker = bench.job.path / "was_run"
    for cells in table:
        cells[2] = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    text = io.StringIO()
    csv.writer(text).writerows(table)
    bench.job.predictions.write_text(text.getvalue())
    assert bench.go(threshold=77) == []
    assert not marker.exists()


def test_the_summary_tells_file_phrase_category_and_area(bench):
    bench.go()
    table = summary(bench)
    assert len(table) == 10
    first = bench.batch().items[0]
    assert table[0]["name"] == first.name == "Invented^Name.png"
    assert (table[0]["phrase"], table[0]["category"]) == ("liver", "liver")
    assert int(table[0]["area_px"]) == np.count_nonzero(written(bench, first)[0])
    folder = bench.job.path / table[0]["folder"]
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    assert "batch endpoint mip-batch" in manifest["engine"]
