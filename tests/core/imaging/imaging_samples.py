"""Small invented files, drawn in memory: what the tests of the readers open."""

import gzip
import io
import struct
import zipfile
import zlib

import nibabel as nib
import numpy as np
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

INVENTED_NAME = "Canary^Invented"
"""A patient who does not exist, and who must turn up nowhere."""

MR_STORAGE = "1.2.840.10008.5.1.4.1.1.4"
CR_STORAGE = "1.2.840.10008.5.1.4.1.1.1"
US_STORAGE = "1.2.840.10008.5.1.4.1.1.6.1"
SC_STORAGE = "1.2.840.10008.5.1.4.1.1.7"
ENHANCED_CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2.1"


def ramp(height=24, width=32, top=4095, dtype=np.uint16):
    """Values that rise from left to right, the same in every row."""
    row = np.linspace(0, top, width).round().astype(dtype)
    return np.tile(row, (height, 1))


def quadrants(height=20, width=24):
    """Four areas of 10, 80, 160 and 240: left to right, then top to bottom."""
    plane = np.empty((height, width), np.uint8)
    plane[: height // 2, : width // 2], plane[: height // 2, width // 2 :] = 10, 80
    plane[height // 2 :, : width // 2], plane[height // 2 :, width // 2 :] = 160, 240
    return plane


def corners(plane):
    """The values near the four corners: top left, top right, bottom left, bottom right."""
    return [int(plane[y, x]) for y in (1, -2) for x in (1, -2)]


def picture(array, kind, **options):
    """A raster file by Pillow; ``array`` may be an Image."""
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width, height, *, bits=8, colour=0, raw=b"", extra=b""):
    """A PNG file whose header may promise more than it holds."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def deep_png(values):
    """A PNG of 16 bits a sample: grey, grey with alpha, RGB or RGBA."""
    height, width = values.shape[:2]
    channels = 1 if values.ndim == 2 else values.shape[2]
    rows = values.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return png(width, height, bits=16, colour=colour, raw=raw)


def tiff(array, **options):
    target = io.BytesIO()
    tifffile.imwrite(target, array, **options)
    return target.getvalue()


def nifti(array, affine=None, *, zipped=True, kind=nib.Nifti1Image):
    """A NIfTI file in the byte order of ``array``."""
    header = kind.header_class(endianness=">" if array.dtype.byteorder == ">" else "<")
    where = np.eye(4) if affine is None else affine
    image = kind(array, where, header, dtype=array.dtype)
    content = image.to_bytes()
    return gzip.compress(content, mtime=0) if zipped else content


def zipped(files):
    """A ZIP archive of (name, content) pairs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def dicom(values, **changes):
    """A data set with the pixels ``values`` (H, W), (H, W, 3) or (N, H, W); CT by default.

    A change to None removes the element.
    """
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, "1.2.3.4"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.9"
    dataset.Modality, dataset.InstanceNumber = "CT", 1
    dataset.PatientName, dataset.PatientID = INVENTED_NAME, "CANARY-0001"
    dataset.PatientBirthDate = "19500101"
    colour = values.ndim == 3 and values.shape[2] == 3
    frames = values.shape[0] if values.ndim == 3 and not colour else 0
    dataset.Rows, dataset.Columns = values.shape[1:3] if frames else values.shape[:2]
    if frames:
        dataset.NumberOfFrames = frames
    bits = 8 * values.dtype.itemsize
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.PixelData = values.tobytes()
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def written(dataset, syntax=ExplicitVRLittleEndian):
    """The bytes of a DICOM file with preamble and file meta information."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def bare(dataset, *, implicit=True, little=True):
    """The bytes of a data set alone: no preamble, no file meta information."""
    target = io.BytesIO()
    dataset.save_as(target, implicit_vr=implicit, little_endian=little, enforce_file_format=False)
    return target.getvalue()


def items(**elements):
    """A sequence of one item."""
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return Sequence([item])


def slice_of_series(number, position, values, **changes):
    """One slice of a CT series that rescales to HU."""
    wanted = {
        "SOPInstanceUID": f"1.2.3.4.{number}",
        "InstanceNumber": number,
        "RescaleSlope": 1,
        "RescaleIntercept": -1024,
        "PixelSpacing": [0.5, 0.5],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": position,
    }
    return dicom(values, **{**wanted, **changes})
