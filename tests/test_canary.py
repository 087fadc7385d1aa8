"""An invented patient goes through everything; neither name nor file name may come out."""

import io
import logging
import traceback

import pydicom
import pytest
from pydicom.data import get_testdata_file

from core.backends import get_backend
from core.errors import WorkbenchError
from core.export.results import export_files
from core.imaging import open_upload
from core.secret import Secret
from core.segmentation import segment
from core.settings import AzureSettings
from tests.standin import KEY, StandIn

CANARIES = ("CANARYNAME", "CANARY-4711", "19010203", "CANARYFILE", "CANARYWARD", "CANARYPRIVATE")
FILE_NAME = "CANARYFILE_CANARYNAME.dcm"


def patient_file():
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    dataset.PatientName = "CANARYNAME^INVENTED"
    dataset.PatientID = "CANARY-4711"
    dataset.PatientBirthDate = "19010203"
    dataset.InstitutionalDepartmentName = "CANARYWARD"
    dataset.private_block(0x0041, "CANARYPRIVATE", create=True).add_new(1, "LO", "CANARYPRIVATE")
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def assert_clean(content):
    text = content if isinstance(content, bytes) else str(content).encode()
    assert [c for c in CANARIES if c.encode() in text] == []


def test_no_request_log_or_export_carries_the_patient_or_the_file_name(caplog):
    caplog.set_level(logging.DEBUG)
    frame = open_upload(patient_file(), FILE_NAME).frame()
    with StandIn() as endpoint:
        settings = AzureSettings(endpoint.url, Secret(KEY))
        result = segment(frame, "bone & body", get_backend("azure", settings))
        (request,) = endpoint.received
    assert_clean(request.body)
    assert_clean(request.headers)
    for file in export_files(result):
        assert_clean(file.name)
        assert_clean(file.content)
    assert_clean(caplog.text)
    assert_clean((result.notices, frame.notices, frame.steps))


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.995])
def test_no_error_carries_the_patient_beyond_the_file_name_that_the_user_gave(keep, caplog):
    caplog.set_level(logging.DEBUG)
    data = patient_file()
    with pytest.raises(WorkbenchError) as caught:
        open_upload(data[: int(len(data) * keep)], "scan.dcm").frame()
    assert_clean("".join(traceback.format_exception(caught.value)))
    assert_clean((caught.value.details, caught.value.__context__))
    assert_clean(caplog.text)
