"""The tab with the results of a project, without a browser: choices, words, the download."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.errors import AccessRefused
from tests.core.export.review_samples import READER, blob, item, opened, picture
from tests.core.imaging.imaging_samples import dicom, written

PATIENCE_S = 60
LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)


def page() -> None:
    import streamlit as st

    from components.project_results import show_results

    case = st.session_state["case"]
    show_results(case["desk"], case["project"])


@pytest.fixture
def project(tmp_path):
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def read(project):
    first, second = project.add(
        item(picture(0), "liver", "tumor"), item(picture(1), "liver", "tumor")
    )
    project.read(first, ("accept", LIVER), ("accept", TUMOR))
    project.read(second, ("accept", LIVER), ("flag", None))
    return project


@pytest.fixture
def tab(monkeypatch):
    """Opens the tab; the download is collected instead of drawn."""
    offered = {}

    def keep(label, data, **rest):
        offered[rest["file_name"]] = data

    monkeypatch.setattr(st, "download_button", keep)

    def open_tab(project, **state):
        app = AppTest.from_function(page, default_timeout=PATIENCE_S)
        desk = project.scene.owner
        app.session_state["case"] = {"desk": desk, "project": desk.project()}
        for key, value in state.items():
            app.session_state[key] = value
        app.offered = offered
        offered.clear()
        app.run()
        assert not app.exception
        return app

    return open_tab


def words(app):
    shown = [*app.caption, *app.info, *app.error]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def files(app):
    ((name, make),) = app.offered.items()
    with zipfile.ZipFile(io.BytesIO(make())) as archive:
        return name, {one: archive.read(one) for one in archive.namelist()}


def again(app):
    app.offered.clear()
    app.run()
    assert not app.exception
    return app


def test_masks_without_names_are_offered_at_once(read, tab):
    app = tab(read)
    name, found = files(app)
    assert name == "livers_masks.zip"
    assert sum(one.startswith("masks/") for one in found) == 3
    assert not [one for one in found if "doe" in one]
    assert READER.encode() not in found["decisions.csv"]


def test_it_is_told_how_much_goes_in_and_how_much_does_not(read, tab):
    told = words(tab(read))
    assert "Masks: 3, on 2 of 2 images." in told
    assert "0 rejected, 0 not present, 1 flagged, 0 not settled." in told


def test_names_go_out_only_when_they_are_asked_for(read, tab):
    app = tab(read)
    app.offered.clear()
    app.toggle(key="results_names").set_value(True).run()
    _, found = files(app)
    assert [one for one in found if "doe_invented" in one]
    assert READER.encode() in found["decisions.csv"]


def test_labels_can_be_chosen(read, tab):
    app = tab(read)
    app.offered.clear()
    app.multiselect(key="results_labels").set_value(["tumor"]).run()
    _, found = files(app)
    assert [one.rsplit("_", 1)[1] for one in found if one.startswith("masks/")] == ["tumor.png"]


def test_nnunet_asks_for_the_name_and_number_of_the_data_set(read, tab):
    app = tab(read, results_format="nnunet")
    assert app.text_input(key="results_dataset").value == "Livers"
    app.number_input(key="results_number").set_value(77)
    _, found = files(again(app))
    record = json.loads(found["Dataset077_livers/dataset.json"])
    assert record["numTraining"] == 1  # a flag on the other picture leaves it open


def test_biomedparse_asks_for_the_test_part_and_what_the_images_are(read, tab):
    app = tab(read, results_format="biomedparse")
    app.number_input(key="results_share").set_value(100)
    app.text_input(key="results_modality").set_value("CT")
    app.text_input(key="results_site").set_value("abdomen")
    _, found = files(again(app))
    pictures = [one for one in found if one.startswith("livers/test/")]
    assert len(pictures) == 2
    assert all(one.endswith("_CT_abdomen.png") for one in pictures)


def test_a_dicom_segmentation_says_that_it_names_the_patient_and_waits_for_leave(project, tab):
    source = dicom(picture().astype("uint16"), FrameOfReferenceUID="1.2.3.77",
        ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[1, 1], SliceThickness=1)  # fmt: skip
    (item_id,) = project.add(item(written(source), "liver", name="ct.dcm"))
    project.read(item_id, ("accept", LIVER))
    app = tab(project, results_format="dicom-seg")
    assert "carries the name and the number of the patient" in words(app)
    assert app.offered == {}
    app.toggle(key="results_names").set_value(True).run()
    assert list(files(app)[1]) == ["ct.seg.dcm", "manifest.json"]


def test_a_dicom_segmentation_is_not_offered_for_other_files(read, tab):
    app = tab(read, results_format="dicom-seg", results_names=True)
    assert "No image that was read comes from a DICOM file" in words(app)
    assert app.offered == {}


def test_a_project_that_nobody_has_read_has_no_results_and_no_error(project, tab):
    project.add(item(picture(), "liver"))
    app = tab(project)
    assert "No item is complete yet, so there is nothing to export." in words(app)
    assert (app.offered, list(app.error)) == ({}, [])


def test_a_download_of_somebody_who_has_lost_the_role_gives_nothing(read, tab):
    scene = read.scene
    cleo = scene.join("Cleo", "adjudicator")
    app = tab(read)
    app.session_state["case"] = {"desk": cleo, "project": cleo.project()}
    again(app)
    ((_, make),) = app.offered.items()
    scene.owner.set_role(scene.person("Cleo").id, None)
    with pytest.raises(AccessRefused):
        make()


def test_the_tab_is_italian_when_the_reader_chooses_it(read, tab):
    app = tab(read, language="it")
    assert "Maschere: 3, su 2 immagini di 2." in words(app)
    assert app.selectbox(key="results_format").options[0] == "Maschere in PNG"
