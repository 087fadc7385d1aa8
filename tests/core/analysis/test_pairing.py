"""Finding the masks of an image by name."""

from __future__ import annotations

import pytest

from core.analysis.pairing import pair
from core.errors import InputError


@pytest.fixture
def folders(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()

    def filled(images, masks):
        for name in images:
            (tmp_path / "images" / name).touch()
        for name in masks:
            (tmp_path / "masks" / name).touch()
        return tmp_path / "images", tmp_path / "masks"

    return filled


def test_a_plus_in_a_target_is_a_space(folders):
    (case,) = pair(*folders(["7_CT_abdomen.png"], ["7_CT_abdomen_left+kidney.png"]))
    assert (case.name, case.modality, case.site) == ("7_CT_abdomen", "CT", "abdomen")
    assert [reference.target for reference in case.references] == ["left kidney"]


def test_masks_go_to_their_own_image_and_any_image_format_will_do(folders):
    cases = pair(
        *folders(
            ["a_MRI-FLAIR_brain.jpg", "b_CT_lung.dcm", "lonely.png"],
            ["a_MRI-FLAIR_brain_tumor.png", "b_CT_lung_nodule.png", "b_CT_lung_lung.png"],
        )
    )
    found = {case.name: [r.target for r in case.references] for case in cases}
    assert found == {"a_MRI-FLAIR_brain": ["tumor"], "b_CT_lung": ["lung", "nodule"]}


def test_an_image_with_a_plain_name_has_no_modality(folders):
    (case,) = pair(*folders(["scan.png"], ["scan_lung.png"]))
    assert (case.modality, case.site) == ("", "")


def test_hidden_files_are_not_masks(folders):
    (case,) = pair(*folders(["a_b_c.png"], ["a_b_c_d.png", ".a_b_c_e.png"]))
    assert len(case.references) == 1


def test_folders_that_do_not_belong_together_are_named(folders):
    with pytest.raises(InputError, match="No mask in masks belongs to an image in images"):
        pair(*folders(["a_b_c.png"], ["x_y_z_t.png"]))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="The folder nowhere could not be read"):
        pair(tmp_path / "nowhere", tmp_path)
