"""Files in a ZIP."""

import io
import zipfile

from core.export.results import ExportFile
from core.export.tree import zip_files

FILES = (
    ExportFile("mask.nii.gz", b"\x1f\x8b packed already"),
    ExportFile("NOTICE.txt", b"Not a finding. " * 200),
)


def test_what_is_downloaded_is_made_smaller_where_it_is_not_packed_already():
    packed = zip_files(FILES)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert [archive.read(file.name) for file in FILES] == [file.content for file in FILES]
        ways = [entry.compress_type for entry in archive.infolist()]
    assert ways == [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
    assert len(packed) < 1000
    assert zip_files(iter(FILES)) == packed
