"""A thousand broken files: whatever happens to a file, only our own errors come out."""

import random

import nibabel as nib
import numpy as np
import pytest
from imaging_samples import (
    INVENTED_NAME,
    deep_png,
    dicom,
    nifti,
    picture,
    quadrants,
    ramp,
    slice_of_series,
    tiff,
    written,
    zipped,
)
from PIL import Image
from pydicom import uid
from pydicom.encaps import encapsulate

from core.errors import InputError
from core.imaging import Budget, open_upload
from tests.fuzz import damaged

COLOURS = np.dstack([quadrants(), quadrants()[::-1], 255 - quadrants()])
NAMES = ("scan.png", "IM000001", "x.dcm", "volume.nii.gz", "../../a.tif", "photo.JPG", "\n.zip", "")


def whole_files():
    """One of every kind."""
    greys = [Image.fromarray(np.full((16, 16, 3), grey, np.uint8)) for grey in (40, 200)]
    jpeg = picture(quadrants(), "JPEG")
    planes = [(f"{n}", written(slice_of_series(n, [0, 0, n], ramp(12, 16)))) for n in range(3)]
    volume = np.arange(960, dtype=np.int16).reshape(8, 10, 12)
    return [
        *(picture(COLOURS, kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP")),
        picture(greys[0], "GIF", save_all=True, append_images=greys[1:]),
        picture(greys[0], "PNG", save_all=True, append_images=greys[1:]),
        picture(Image.fromarray(COLOURS).quantize(8), "PNG", transparency=3),
        deep_png(ramp()),
        tiff(ramp(), compression="lzw"),
        tiff(ramp(), tile=(16, 16), compression="deflate", predictor=True),
        tiff(COLOURS, photometric="rgb", compression="jpeg"),
        tiff(np.stack([ramp()] * 3), imagej=True, metadata={"axes": "CYX"}),
        written(dicom(ramp(), RescaleSlope=1, RescaleIntercept=-1024, PixelPaddingValue=0)),
        written(dicom(np.stack([ramp()] * 3))),
        written(dicom(COLOURS), uid.ExplicitVRBigEndian),
        written(dicom(ramp()), uid.DeflatedExplicitVRLittleEndian),
        written(dicom(quadrants(), PixelData=encapsulate([jpeg])), uid.JPEGBaseline8Bit),
        nifti(volume),
        nifti(volume, zipped=False, kind=nib.Nifti2Image),
        zipped([*planes, ("a.png", jpeg), ("b.txt", b"text")]),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_our_own_errors_comes_out_of_broken_files(seed):
    chance = random.Random(seed)
    files = whole_files()
    budget = Budget(max_file_bytes=4_000_000, max_pixels=4_000_000, max_frames=200)
    shown, refused = 0, []
    for _ in range(250):
        data = damaged(chance, chance.choice(files), chance.choice(files))
        name = chance.choice(NAMES)
        try:
            upload = open_upload(data, name, budget=budget)
            for axis in upload.choices.axes:
                for index in {0, axis.count - 1}:
                    frame = upload.frame(index, axis=axis.name)
                    assert frame.rgb.dtype == np.uint8
                    assert frame.rgb.shape == (*frame.values.shape[:2], 3)
                    shown += 1
        except InputError as problem:
            refused.append(problem)
    assert shown > 20
    assert all(problem.next_step for problem in refused)
    assert not any(INVENTED_NAME in str(problem) + problem.details for problem in refused)
