"""Every test file that comes with pydicom and nibabel opens or is refused in a sentence."""

from pathlib import Path

import nibabel as nib
import pydicom
import pytest

from core.errors import ImageError
from core.imaging import open_upload
from core.imaging.quiet import quiet_libraries

FOLDERS = {
    "pydicom": Path(pydicom.__file__).parent / "data",
    "nibabel": Path(nib.__file__).parent / "tests" / "data",
    "nibabel's DICOM": Path(nib.__file__).parent / "nicom" / "tests" / "data",
}


def files_of(folder):
    paths = sorted(FOLDERS[folder].rglob("*")) if FOLDERS[folder].is_dir() else []
    return [path for path in paths if path.is_file() and path.suffix not in {".py", ".pyc"}]


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_but_our_own_errors_comes_out(folder):
    seen, sentences = 0, {}
    for path in files_of(folder):
        try:
            upload = open_upload(path.read_bytes(), path.name)
            for axis in upload.choices.axes:
                for index in {0, axis.count // 2, axis.count - 1}:
                    frame = upload.frame(index, axis=axis.name)
                    assert frame.rgb.shape == (frame.height, frame.width, 3)
            seen += 1
        except ImageError as refused:
            sentences[path.name] = str(refused)
    assert seen or not files_of(folder)
    assert all(name in sentence for name, sentence in sentences.items())


# Files of pydicom's that hold pixels and are refused all the same, and why.
REFUSED = {
    "JPEG2000-embedded-sequence-delimiter.dcm": "compressed frame",
    "meta_missing_tsyntax.dcm": "no number of rows",
    "nested_priv_SQ.dcm": "no number of rows",
    "MR_truncated.dcm": "8130 of 8192 bytes",
    "liver_1frame.dcm": "segmentation",
    "liver_expb_1frame.dcm": "segmentation",
}


def test_of_pydicoms_images_only_damaged_ones_and_segmentations_are_refused():
    refused = {}
    for path in files_of("pydicom"):
        if path.parent.name != "test_files" or path.suffix != ".dcm":
            continue
        with quiet_libraries():
            if "PixelData" not in pydicom.dcmread(path, force=True):
                continue
        try:
            open_upload(path.read_bytes(), path.name)
        except ImageError as problem:
            refused[path.name] = str(problem)
    assert set(refused) <= set(REFUSED)
    for name, sentence in refused.items():
        assert REFUSED[name] in sentence
