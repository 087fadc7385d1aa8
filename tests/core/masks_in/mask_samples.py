"""Small invented masks, and images to lay them on."""

import io

import highdicom as hd
import numpy as np
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from core.imaging import open_upload
from core.masks_in import masks_of, match, offers_of
from tests.core.imaging.imaging_samples import dicom, picture, quadrants, written

HEIGHT, WIDTH = 20, 24
SPACE = {
    "FrameOfReferenceUID": "1.2.3.77",
    "PixelSpacing": [0.5, 0.75],
    "SliceThickness": 3,
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
}


def blob(top, left, bottom, right, shape=(HEIGHT, WIDTH)):
    """A rectangle of foreground: bool, no symmetry that would hide a turn."""
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    mask[top, left:right] = False
    mask[top, left] = True
    return mask


ONE, TWO = blob(2, 3, 9, 12), blob(11, 14, 18, 22)


def image(name="case.png", data=None, frames=None):
    """The offers of one image file."""
    data = picture(quadrants(HEIGHT, WIDTH), "PNG") if data is None else data
    upload = open_upload(data, name)
    chosen = [upload.frame()] if frames is None else frames(upload)
    return offers_of(upload, chosen, data)


def every_slice(upload):
    """All frames along all directions."""
    return [upload.frame(n, axis=a.name) for a in upload.choices.axes for n in range(a.count)]


def found(images, *files):
    """Each match by phrase, which has to be usable, as bool (H, W)."""
    labels = [masks_of(one) for one in match(images, files)]
    assert len({label.phrase for label in labels}) == len(labels)
    assert all(set(np.unique(label.probability)) <= {0, 255} for label in labels)
    return {label.phrase: label.probability >= 128 for label in labels}


def slice_of(number, position, values, **changes):
    """One slice of a CT series with a place in space."""
    return dicom(
        values,
        **SPACE,
        ImagePositionPatient=list(position),
        SOPInstanceUID=f"1.2.3.4.{number}",
        InstanceNumber=number,
        **changes,
    )


def segmentation(sources, masks, kind="BINARY", labels=None, **changes):
    """A DICOM segmentation by highdicom: masks (frames, H, W, segments) on source data sets."""
    names = labels or [f"part {n + 1}" for n in range(masks.shape[-1])]
    described = [
        hd.seg.SegmentDescription(
            segment_number=n,
            segment_label=name,
            segmented_property_category=codes.SCT.Organ,
            segmented_property_type=codes.SCT.Liver,
            algorithm_type="MANUAL",
        )
        for n, name in enumerate(names, start=1)
    ]
    for source in sources:
        for keyword in ("PatientSex", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"):
            if keyword not in source:
                setattr(source, keyword, "")
    made = hd.seg.Segmentation(
        source_images=sources,
        pixel_array=masks.copy(),  # the library may change it
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid="1.2.3.55",
        series_number=1,
        sop_instance_uid="1.2.3.56",
        instance_number=1,
        manufacturer="Invented",
        manufacturer_model_name="Invented",
        software_versions="1",
        device_serial_number="1",
        **changes,
    )
    target = io.BytesIO()
    made.save_as(target, enforce_file_format=True)
    return target.getvalue()


def series(count=4, step=3.0):
    """Data sets of a series, their slices in order of position."""
    rng = np.random.default_rng(7)
    planes = [rng.integers(0, 500, (HEIGHT, WIDTH)).astype(np.uint16) for _ in range(count)]
    made = [slice_of(n + 1, (-100, -120, 30 + step * n), plane) for n, plane in enumerate(planes)]
    for one in made:
        written(one, ExplicitVRLittleEndian)
    return made
