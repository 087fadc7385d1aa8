"""A stand-in of Azure Blob Storage, in memory: put, put block, list, get by range, delete.

It takes the place of one account whose name is in the path, as an emulator on one's own machine.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.standin.rest_server import Answered

if TYPE_CHECKING:
    from tests.standin.rest_server import Asked

ACCOUNT = "inventedaccount"
CONTAINER = "azureml-blobstore"
ACCOUNT_KEY = base64.b64encode(b"an invented account key").decode()
PAGE_SIZE = 3


@dataclass(frozen=True, eq=False)
class Blob:
    """One blob."""

    data: bytes
    md5: str
    etag: str


class BlobService:
    """One container.

    Attributes:
        blobs: By name.
        puts: Names of the blobs that were written, in order.
        takes_tokens: Whether a token opens it; the key always does.
    """

    def __init__(self, *, takes_tokens: bool = False) -> None:
        self.blobs: dict[str, Blob] = {}
        self.puts: list[str] = []
        self.takes_tokens = takes_tokens
        self._blocks: dict[str, bytes] = {}
        self._versions = 0

    def put(self, name: str, data: bytes) -> None:
        """Write a blob, as the service itself or a job would."""
        self._versions += 1
        md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
        self.blobs[name] = Blob(data, md5, f'"0x{self._versions:X}"')

    def answer(self, asked: Asked) -> Answered:
        """Answer a request below ``/ACCOUNT/CONTAINER``."""
        if not self._may(asked):
            return refused(403, "AuthorizationPermissionMismatch")
        path = unquote(asked.path).removeprefix(f"/{ACCOUNT}/")
        container, _, name = path.partition("/")
        if container != CONTAINER:
            return refused(404, "ContainerNotFound")
        if asked.query.get("comp") == "list":
            return self._list(asked)
        if asked.method == "PUT":
            return self._put(asked, name)
        if name not in self.blobs:
            return refused(404, "BlobNotFound")
        if asked.method == "DELETE":
            del self.blobs[name]
            return Answered(202)
        return self._get(asked, self.blobs[name])

    def _may(self, asked: Asked) -> bool:
        said = asked.headers.get("authorization", "")
        if said.startswith("Bearer "):
            return self.takes_tokens
        return said.startswith(f"SharedKey {ACCOUNT}:") or asked.query.get("sig") == "invented"

    def _put(self, asked: Asked, name: str) -> Answered:
        data = asked.body
        digest = asked.headers.get("content-md5")
        if digest and base64.b64decode(digest) != hashlib.md5(data).digest():
            return refused(400, "Md5Mismatch")
        if asked.query.get("comp") == "block":
            self._blocks[asked.query["blockid"]] = data
            return Answered(201)
        if asked.query.get("comp") == "blocklist":
            ids = [node.text or "" for node in ET.fromstring(data)]
            data = b"".join(self._blocks.pop(one) for one in ids)
        self.put(name, data)
        self.puts.append(name)
        return Answered(201, headers={"etag": self.blobs[name].etag, "last-modified": _DATE})

    def _list(self, asked: Asked) -> Answered:
        prefix, start = asked.query.get("prefix", ""), asked.query.get("marker", "")
        names = sorted(name for name in self.blobs if name.startswith(prefix) and name >= start)
        items = "".join(
            f"<Blob><Name>{escape(name)}</Name><Properties><Last-Modified>{_DATE}</Last-Modified>"
            f"<Etag>{self.blobs[name].etag.strip(chr(34))}</Etag>"
            f"<Content-Length>{len(self.blobs[name].data)}</Content-Length>"
            f"<Content-Type>text/csv</Content-Type><Content-MD5>{self.blobs[name].md5}"
            "</Content-MD5><BlobType>BlockBlob</BlobType></Properties></Blob>"
            for name in names[:PAGE_SIZE]
        )
        more = names[PAGE_SIZE] if len(names) > PAGE_SIZE else ""
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults Name="{CONTAINER}">'
            f"<Blobs>{items}</Blobs><NextMarker>{escape(more)}</NextMarker></EnumerationResults>"
        )
        return Answered(200, body.encode(), {"content-type": "application/xml"})

    def _get(self, asked: Asked, blob: Blob) -> Answered:
        if asked.headers.get("if-match", blob.etag).strip('"') != blob.etag.strip('"'):
            return refused(412, "ConditionNotMet")
        headers = {"etag": blob.etag, "last-modified": _DATE, "x-ms-blob-type": "BlockBlob"}
        wanted = asked.headers.get("x-ms-range") or asked.headers.get("range") or ""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
        if not found:
            return Answered(200, blob.data, headers)
        start, size = int(found[1]), len(blob.data)
        if start >= size:
            return refused(416, "InvalidRange")
        end = min(int(found[2] or size), size - 1)
        headers["content-range"] = f"bytes {start}-{end}/{size}"
        return Answered(206, blob.data[start : end + 1], headers)


_DATE = "Wed, 25 Nov 2026 10:00:00 GMT"


def refused(status: int, code: str) -> Answered:
    """An error as the storage service writes it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    headers = {"x-ms-error-code": code, "content-type": "application/xml"}
    return Answered(status, body.encode(), headers)
