"""Who the patient is stays in the reader."""

import gc
import logging

import numpy as np
import pytest
from imaging_samples import INVENTED_NAME, SC_STORAGE, US_STORAGE, dicom, quadrants, ramp, written

from core.imaging import Budget, open_upload
from core.imaging.dicom_image import DicomImage
from core.imaging.privacy import header_rows


def codes(upload):
    return [notice.code for notice in upload.frame().notices]


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"BurnedInAnnotation": "YES"}, True),
        ({"BurnedInAnnotation": "NO"}, False),
        ({}, False),
        ({"SOPClassUID": US_STORAGE, "Modality": "US"}, True),
        ({"SOPClassUID": US_STORAGE, "Modality": "US", "BurnedInAnnotation": "NO"}, False),
        ({"SOPClassUID": SC_STORAGE, "Modality": "OT"}, True),
        ({"SOPClassUID": SC_STORAGE + ".4", "Modality": "OT"}, True),
        ({"SOPClassUID": SC_STORAGE, "Modality": "OT", "BurnedInAnnotation": "NO"}, False),
    ],
)
def test_pictures_that_may_show_a_name_carry_a_warning(opened, changes, warned):
    upload = opened(written(dicom(quadrants(), **changes)))
    assert ("burned_in" in codes(upload)) == warned
    if warned:
        notice = next(notice for notice in upload.notices if notice.code == "burned_in")
        assert notice.level == "warning"
        assert "burned-in" in notice.text


def everything_in(thing, seen):
    """All that an object leads to, without modules, classes and code."""
    if id(thing) in seen or isinstance(thing, type | type(gc) | type(everything_in)):
        return
    seen[id(thing)] = thing
    for inner in gc.get_referents(thing):
        everything_in(inner, seen)


def test_an_opened_file_holds_no_name_number_or_date():
    private = dicom(ramp(), PatientComments=INVENTED_NAME)
    private.private_block(0x0009, "CANARY", create=True).add_new(1, "LO", "CANARY-PRIVATE")
    upload = open_upload(written(private), "scan.dcm")
    held = {}
    everything_in((upload, upload.frame()), held)
    texts = [
        thing if isinstance(thing, bytes) else str(thing).encode()
        for thing in held.values()
        if isinstance(thing, str | bytes | bytearray)
    ]
    assert any(b"grey read from DICOM" in text for text in texts)
    for canary in (b"Canary^Invented", b"CANARY-0001", b"CANARY-PRIVATE", b"19500101"):
        assert not any(canary in text for text in texts)


def test_a_library_that_quotes_a_value_is_not_heard(caplog, capsys, refused):
    caplog.set_level(logging.DEBUG)
    dataset = dicom(ramp())
    data = written(dataset).replace(b"CANARY-0001", b"CANARY\\0001")
    wrong = data.replace(b"19500101", b"CANARY01")
    open_upload(wrong, "scan.dcm").frame()
    error = refused(wrong[:-4000] if len(wrong) > 9000 else wrong[:-100], "scan.dcm")
    heard = caplog.text + "".join(capsys.readouterr()) + str(error) + error.details
    assert "CANARY" not in heard
    assert "Canary" not in heard


def test_loggers_speak_again_after_reading(caplog):
    open_upload(written(dicom(ramp())), "scan.dcm")
    logging.getLogger("pydicom").warning("heard")
    assert "heard" in caplog.text


def test_a_series_is_compared_by_hashes_of_its_identifiers():
    image = DicomImage(written(dicom(ramp())), "scan.dcm", Budget())
    assert "1.2.3" not in image.series + image.instance
    assert image.series != image.instance


def test_the_header_is_listed_only_when_asked_for():
    private = dicom(ramp())
    private.private_block(0x0009, "CANARY", create=True).add_new(1, "LO", "CANARY-PRIVATE")
    rows = header_rows(written(private), "scan.dcm", budget=Budget())
    named = {row.name: row.value for row in rows}
    assert named["Patient's Name"] == INVENTED_NAME
    assert named["Rows"] == "24"
    assert "CANARY-PRIVATE" not in str(rows)
    assert "Pixel Data" not in named


def test_pixels_are_not_changed_by_reading_the_header():
    data = written(dicom(ramp()))
    first = open_upload(data, "a").frame()
    header_rows(data, "a", budget=Budget())
    assert np.array_equal(open_upload(data, "b").frame().rgb, first.rgb)
    assert open_upload(data, "b").frame().sha256 == first.sha256
