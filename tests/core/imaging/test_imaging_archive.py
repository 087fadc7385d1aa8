"""ZIP archives: series in order, pictures side by side, and nothing written anywhere."""

import io
import zipfile

import numpy as np
import pytest
from imaging_samples import (
    INVENTED_NAME,
    dicom,
    picture,
    png,
    quadrants,
    ramp,
    slice_of_series,
    written,
    zipped,
)

from core.errors import DamagedFile, TooLarge, UnknownFormat
from core.imaging import Budget


def series(heights, **changes):
    """Files of a series whose slices hold their height in HU, in the order given."""
    files = []
    for number, height in enumerate(heights, start=1):
        values = np.full((12, 16), 1024 + height, np.uint16)
        dataset = slice_of_series(number, [0, 0, height], values, **changes)
        files.append((f"scan/IM{number}", written(dataset)))
    return files


def left_out(upload):
    return next(notice.text for notice in upload.notices if notice.code == "left_out")


def test_a_series_is_ordered_by_position_and_not_by_name_or_number(opened):
    upload = opened(zipped(series([30, 10, 40, 20])))
    assert [axis.name for axis in upload.choices.axes] == ["axial", "coronal", "sagittal"]
    assert [int(upload.frame(n).values[0, 0]) for n in range(4)] == [10, 20, 30, 40]
    assert upload.parts == ()
    assert upload.grid.zooms == pytest.approx((10, 0.5, 0.5))


def test_a_series_is_cut_across_its_slices_with_the_head_up(opened):
    upload = opened(zipped(series([30, 10, 40, 20])))
    frame = upload.frame(3, axis="coronal")
    assert frame.values[:, 0].tolist() == [40, 30, 20, 10]
    assert (frame.spacing_mm.row, frame.spacing_mm.column) == (10, 0.5)
    assert (frame.orientation.left, frame.orientation.top) == ("R", "S")
    assert frame.unit == "HU"


@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_masks_of_a_series_come_back_to_its_own_array(opened, axis):
    rng = np.random.default_rng(3)
    planes = rng.integers(0, 4000, (5, 12, 16)).astype(np.uint16)
    files = [
        (f"{n}.dcm", written(slice_of_series(n + 1, [0, 0, 2 * n], plane)))
        for n, plane in enumerate(planes)
    ]
    upload = opened(zipped(files))
    back = np.zeros(upload.grid.shape, np.int32)
    count = next(entry.count for entry in upload.choices.axes if entry.name == axis)
    for index in range(count):
        upload.grid.place(back, axis, index, upload.frame(index, axis=axis).values)
    assert np.array_equal(back, planes.astype(int) - 1024)


def test_what_is_no_slice_is_left_out_and_named(opened):
    report = dicom(ramp(), SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", PixelData=None)
    files = [
        *series([0, 10]),
        ("README.txt", b"read me"),
        ("report.dcm", written(report)),
        ("../evil.dcm", series([0])[0][1]),
        ("/etc/evil.dcm", series([0])[0][1]),
        ("C:\\evil.dcm", series([0])[0][1]),
        ("cut.png", picture(quadrants(), "PNG")[:60]),
        ("inner.zip", zipped([("a.png", picture(quadrants(), "PNG"))])),
        ("__MACOSX/._IM1", b"clutter"),
    ]
    upload = opened(zipped(files))
    text = left_out(upload)
    assert upload.frame_count == 2
    for words in (
        *("README.txt (not an image)", "report.dcm (no image in it)", "inner.zip (an archive"),
        *("../evil.dcm (its path leads outside", "/etc/evil.dcm (its", "evil.dcm", "cut.png"),
    ):
        assert words in text
    assert "MACOSX" not in text


def test_names_of_members_stay_off_the_frames(opened):
    upload = opened(zipped([*series([0, 10]), (f"{INVENTED_NAME}.txt", b"notes")]))
    assert INVENTED_NAME in left_out(upload)
    assert INVENTED_NAME not in repr(upload.frame())


def test_the_same_slice_twice_counts_once(opened):
    files = series([0, 10, 20])
    upload = opened(zipped([*files, ("copy/IM1", files[0][1])]))
    assert upload.frame_count == 3
    assert "copy/IM1 (a copy" in left_out(upload) or "a copy of another file" in left_out(upload)


def test_two_series_are_two_parts(opened):
    other = series([0, 10, 20], SeriesInstanceUID="1.2.3.10")
    for number, (_, data) in enumerate(other):
        other[number] = (f"other/{number}", data.replace(b"1.2.3.4.", b"1.2.3.5."))
    upload = opened(zipped([*series([0, 10]), *other]))
    assert [part.frame_count for part in upload.parts] == [3, 2]
    assert upload.frame_count == 5
    assert [int(upload.frame(n).values[0, 0]) for n in range(5)] == [0, 10, 20, 0, 10]
    assert upload.choices.frame_names[0].endswith(", 1")


def test_a_localizer_in_the_same_series_is_a_part_of_its_own(opened):
    scout = slice_of_series(9, [0, 0, 0], ramp(30, 40), ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    upload = opened(zipped([*series([0, 10, 20]), ("scout", written(scout))]))
    assert sorted(part.frame_count for part in upload.parts) == [1, 3]


def test_slices_with_a_gap_can_be_browsed_in_order_with_a_warning(opened):
    upload = opened(zipped(series([30, 0, 10])))
    assert [axis.name for axis in upload.choices.axes] == ["stack"]
    assert [int(upload.frame(n).values[0, 0]) for n in range(3)] == [0, 10, 30]
    assert "uneven_slices" in [notice.code for notice in upload.notices]


def test_a_tilted_gantry_is_said_and_not_cut_across(opened):
    files = []
    for n in range(4):
        values = np.full((12, 16), 1024 + n, np.uint16)
        files.append((f"{n}", written(slice_of_series(n + 1, [0, 3 * n, 10 * n], values))))
    upload = opened(zipped(files))
    assert [axis.name for axis in upload.choices.axes] == ["stack"]
    assert "tilted" in [notice.code for notice in upload.notices]


def test_slices_without_positions_go_by_their_numbers_with_a_warning(opened):
    files = series([5, 6, 7], ImagePositionPatient="")
    upload = opened(zipped(files[::-1]))
    assert [int(upload.frame(n).values[0, 0]) for n in range(3)] == [5, 6, 7]
    assert "no_positions" in [notice.code for notice in upload.notices]


def test_every_position_twice_is_two_volumes(opened):
    files = series([0, 10, 20, 0, 10, 20])
    upload = opened(zipped(files))
    assert upload.choices.volumes == ("volume 1", "volume 2")
    assert [int(upload.frame(n, volume=1).values[0, 0]) for n in range(3)] == [0, 10, 20]


@pytest.mark.parametrize(
    ("cosines", "position", "name"),
    [
        ([1, 0, 0, 0, 0, -1], lambda n: [0, 10 * n, 0], "coronal"),
        ([0, 1, 0, 0, 0, -1], lambda n: [-10 * n, 0, 0], "sagittal"),
        ([-1, 0, 0, 0, -1, 0], lambda n: [0, 0, 10 * n], "axial"),
    ],
)
def test_a_series_of_any_direction_starts_with_its_own(opened, cosines, position, name):
    files = []
    for n in (2, 0, 1):
        values = np.full((12, 16), 1024 + n, np.uint16)
        slice_n = slice_of_series(n + 1, position(n), values, ImageOrientationPatient=cosines)
        files.append((f"{n}", written(slice_n)))
    upload = opened(zipped(files))
    assert upload.choices.axes[0].name == name
    assert [int(upload.frame(n).values[0, 0]) for n in range(3)] == [0, 1, 2]


def test_pictures_in_an_archive_are_parts_in_natural_order(opened):
    files = [(f"slide{n}.png", picture(quadrants() // n, "PNG")) for n in (10, 9, 1)]
    upload = opened(zipped(files), "slides.zip")
    assert [part.name for part in upload.parts] == ["slide1.png", "slide9.png", "slide10.png"]
    assert upload.frame(2).rgb.max() == 24
    assert upload.frame(2).index == 2
    assert upload.choices.frame_names == ("slide1.png", "slide9.png", "slide10.png")


def test_an_archive_of_one_picture_is_that_picture(opened):
    upload = opened(zipped([("a.png", picture(quadrants(), "PNG"))]), "one.zip")
    assert (upload.name, upload.parts, upload.frame_count) == ("one.zip", (), 1)


def test_an_archive_without_images_is_refused_with_its_name(refused):
    error = refused(zipped([("a.txt", b"x"), ("b.txt", b"")]), "texts.zip")
    assert isinstance(error, UnknownFormat)
    assert "texts.zip" in str(error)
    assert "a.txt (not an image)" in str(error)
    assert isinstance(refused(zipped([])), UnknownFormat)


def test_an_encrypted_member_is_left_out(refused):
    data = bytearray(zipped([("a.png", picture(quadrants(), "PNG"))]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert "encrypted" in str(refused(bytes(data)))


def test_a_member_that_lies_about_its_size_is_left_out(refused):
    data = bytearray(zipped([("a.png", picture(quadrants(), "PNG") + b"\0" * 100_000)]))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (50).to_bytes(4, "little")
    assert isinstance(refused(bytes(data)), UnknownFormat)


def test_bombs_are_refused_from_the_list_of_members(refused):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(12):
            archive.writestr(f"{n}.dcm", b"\0" * 5_000_000)
    small = Budget(max_file_bytes=4_000_000)
    error = refused(target.getvalue(), "bomb.zip", budget=small)
    assert isinstance(error, TooLarge)
    assert "57 MB" in str(error)
    one = zipped([("big.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000_000)])
    assert isinstance(refused(one, budget=small), TooLarge)
    many = zipped([(f"{n}.png", png(1, 1)) for n in range(300)])
    assert "300 files" in str(refused(many, budget=Budget(max_frames=20)))
    pictures = zipped([(f"{n}.png", picture(quadrants(), "PNG")) for n in range(30)])
    assert "at least 21 frames" in str(refused(pictures, budget=Budget(max_frames=20)))


def test_a_cut_archive_is_refused(refused):
    data = zipped(series([0, 10]))
    assert isinstance(refused(data[: len(data) // 2]), DamagedFile)


def test_a_volume_over_the_budget_is_browsed_in_its_own_direction_only(opened):
    upload = opened(zipped(series([0, 10, 20])), budget=Budget(max_pixels=300))
    assert [axis.name for axis in upload.choices.axes] == ["axial"]
    assert int(upload.frame(2).values[0, 0]) == 20
