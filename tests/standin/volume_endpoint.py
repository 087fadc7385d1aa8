"""A MedImageParse 3D endpoint on loopback, in the real shape and in every other that is known.

What it marks follows from the values and the affine that it was sent, never from the test: bright
and middle by value, "right side" by where the affine says that a voxel lies.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import nibabel
import numpy as np

from tests.standin.endpoint import KEY
from tests.standin.rest_server import Answered, Asked, RestServer

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_BLANK = ("descrip", "aux_file", "db_name", "intent_name", "data_type")
_TYPES = {"uint8", "int16", "float32"}


@dataclass(frozen=True)
class VolumeAnswer:
    """How one request is answered.

    Attributes:
        form: What ``nifti_file`` is: the real ``"string"`` of JSON, an ``"object"``, ``"bare"``
            base64, a ``"list"`` of one, ``"wrapped"`` lines; ``"single"`` drops the outer list,
            ``"twice"`` encodes the whole body as a JSON string once more.
        values: ``"labels"`` in the order of the phrases, ``"probabilities"``, ``"levels"`` 0..255.
        place: The affine of the answer: the ``"same"``, ``"none"``, ``"identity"``, ``"flipped"``.
        change: Changes the volume before it is sent back.
        packed: Whether it is gzipped.
        body: Sent as it is instead of everything above.
        status: Of the answer.
        headers: Of the answer.
    """

    form: str = "string"
    values: str = "labels"
    place: str = "same"
    change: Callable[[Any], Any] = field(default=lambda volume: volume)
    packed: bool = True
    body: bytes | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class ReceivedVolume:
    """What was sent: the NIfTI file unpacked, as an image, and the phrases."""

    unpacked: bytes
    image: Any
    phrases: tuple[str, ...]


class VolumeEndpoint:
    """Use it in a ``with`` statement; a request that breaks the contract fails the test.

    Attributes:
        received: Every volume so far.
    """

    def __init__(self, default: VolumeAnswer | None = None, *, port: int = 0) -> None:
        self.received: list[ReceivedVolume] = []
        self._default = default or VolumeAnswer()
        self._script: deque[VolumeAnswer] = deque()
        self._server = RestServer(self._answer, port=port)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *how: Any) -> None:
        self._server.__exit__(*how)

    @property
    def url(self) -> str:
        """Its scoring URL."""
        return f"{self._server.url}/score"

    @property
    def asked(self) -> list[Asked]:
        """Every request so far."""
        return self._server.asked

    def script(self, *answers: VolumeAnswer) -> None:
        """Say how the next requests are answered, one each."""
        self._script.extend(answers)

    def _answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return Answered(401, b"key_auth_access_denied")
        assert (asked.method, asked.path) == ("POST", "/score")
        assert asked.headers["content-type"] == "application/json"
        received = read_request(asked.json)
        self.received.append(received)
        planned = self._script.popleft() if self._script else self._default
        body = planned.body if planned.body is not None else answer_body(received, planned)
        headers = {"content-type": "application/json", "x-request-id": "a-request-id"}
        return Answered(planned.status, body, headers | dict(planned.headers))


def read_request(request: Any) -> ReceivedVolume:
    """Take a request apart, and accept nothing that the documents do not show."""
    assert list(request) == ["input_data"]
    table = request["input_data"]
    assert set(table) == {"columns", "index", "data"}
    assert table["columns"] == ["image", "text"]
    assert table["index"] == [0]
    ((image, text),) = table["data"]
    packed = base64.b64decode(image, validate=True)
    assert packed[3:9] == bytes(6), "the gzip header holds a name or a time"
    unpacked = gzip.decompress(packed)
    nifti = nibabel.Nifti1Image.from_bytes(unpacked)
    size = int(np.prod(nifti.shape)) * nifti.get_data_dtype().itemsize
    assert len(unpacked) == 352 + size, "more than a header and voxels"
    assert not nifti.header.extensions
    assert all(not nifti.header[name].item() for name in _BLANK)
    assert nifti.get_data_dtype().name in _TYPES
    return ReceivedVolume(unpacked, nifti, tuple(part.strip() for part in text.split("&")))


def mark(values: npt.NDArray[Any], affine: npt.NDArray[Any], phrase: str) -> npt.NDArray[np.bool_]:
    """What the stand-in finds for a phrase: by value, by place, or nothing."""
    least, span = float(values.min()), float(values.max()) - float(values.min())
    level = (values.astype(float) - least) / (span or 1.0)
    if phrase == "right side":
        x = np.tensordot(affine[0, :3], np.indices(values.shape), axes=1) + affine[0, 3]
        return (level > 0.2) & (x > 0)
    if phrase == "bright":
        return level > 0.75
    if phrase == "middle":
        return (level > 0.2) & (level <= 0.75)
    return np.zeros(values.shape, dtype=bool)


def answer_body(received: ReceivedVolume, planned: VolumeAnswer) -> bytes:
    values = np.asarray(received.image.dataobj)
    affine = received.image.affine
    masks = [mark(values, affine, phrase) for phrase in received.phrases]
    if planned.values == "labels":
        volume = np.zeros(values.shape, np.uint8)
        for number, found in enumerate(masks, start=1):
            volume[found] = number
    else:
        # Smooth enough to have values on both sides of one half.
        fade = np.linspace(0.05, 0.45, values.shape[0])[:, None, None]
        volume = np.where(masks[0], 0.95 - fade, fade).astype(np.float32)
        if planned.values == "levels":
            volume = np.rint(volume * 255).astype(np.uint8)
    file = _file(planned.change(volume), affine, planned)
    return _envelope(base64.b64encode(file).decode(), planned.form)


def _file(volume: Any, affine: npt.NDArray[Any], planned: VolumeAnswer) -> bytes:
    image = nibabel.Nifti1Image(volume, affine)
    if planned.place == "identity":
        image = nibabel.Nifti1Image(volume, np.eye(4))
    elif planned.place == "flipped":
        image = nibabel.Nifti1Image(volume, affine @ np.diag([-1, 1, 1, 1]))
    elif planned.place == "none":
        image.set_sform(None, code=0)
        image.set_qform(None, code=0)
    content = image.to_bytes()
    return gzip.compress(content, 1) if planned.packed else content


def _envelope(data: str, form: str) -> bytes:
    if form == "wrapped":
        data = "\n".join(data[start : start + 76] for start in range(0, len(data), 76))
    inner: Any = {
        "object": {"data": data},
        "bare": data,
        "list": [{"data": data}],
    }.get(form, json.dumps({"data": data}))
    row = {"nifti_file": inner}
    whole: Any = row if form == "single" else [row]
    return json.dumps(json.dumps(whole) if form == "twice" else whole).encode()
