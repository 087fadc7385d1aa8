"""A stand-in of the model hub: what it offers, who may have it, and a store with the bytes.

``with HubStandIn(content) as hub`` on loopback. Like the real one it answers ``HEAD .../resolve``
with a redirect to a signed address on another host, and refuses a gated file with ``GatedRepo``.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Self

from tests.standin.rest_server import Answered, RestServer

if TYPE_CHECKING:
    from tests.standin.rest_server import Asked

TOKEN = "hf_InventedTokenOfNobody"
REPOSITORY = "microsoft/BiomedParse"
FILE_NAME = "biomedparse_v1.pt"
REVISION = "0123456789abcdef0123456789abcdef01234567"
_FILE = f"/{REPOSITORY}/resolve/{REVISION}/{FILE_NAME}"
_GATED = {"x-error-code": "GatedRepo", "x-error-message": "Access to model is restricted."}


class HubStandIn:
    """Hub and store.

    Attributes:
        content: Of the file.
        sha256: What the hub says its hash is; that of the content unless it is changed.
        token: Who has accepted the terms; None gives the file to everybody.
        accepted: Whether the owner of the token has accepted the terms.
        same_host: Whether the hub itself has the bytes.
        cuts: For each next connection to the store, how many bytes come before it breaks.
        stalls: The same, but the connection stays open and silent.
        ranges: Whether the store can begin in the middle.
        store_status: What the store answers with; 0 for what is right.
        hub_statuses: What the hub answers each next request with; 0 for what is right.
    """

    def __init__(self, content: bytes, *, token: str | None = TOKEN) -> None:
        self.content = content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.token = token
        self.accepted = True
        self.same_host = False
        self.cuts: list[int] = []
        self.stalls: list[int] = []
        self.ranges = True
        self.store_status = 0
        self.hub_statuses: list[int] = []
        self.file_name = FILE_NAME
        self._hub = RestServer(self._answer)
        self._store = RestServer(self._give)

    def __enter__(self) -> Self:
        self._hub.__enter__()
        self._store.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._store.__exit__(*problem)
        self._hub.__exit__(*problem)

    @property
    def url(self) -> str:
        """What ``HF_ENDPOINT`` has to be."""
        return self._hub.url

    @property
    def fetched(self) -> list[str]:
        """The ``Range`` of every request to the store."""
        bytes_from = self._hub if self.same_host else self._store
        asked = [one for one in bytes_from.asked if one.method == "GET" and one.path != _API]
        return [one.headers.get("range", "") for one in asked]

    @property
    def asked_of_hub(self) -> list[Asked]:
        """Every request to the hub itself."""
        return self._hub.asked

    @property
    def asked_of_store(self) -> list[Asked]:
        """Every request to the store."""
        return self._store.asked

    def _answer(self, asked: Asked) -> Answered:
        status = self.hub_statuses.pop(0) if self.hub_statuses else 0
        if status:
            return Answered(status)
        if asked.path == _API:
            return self._offer()
        if asked.path != _FILE:
            return Answered(404)
        if refused := self._refusal(asked):
            return refused
        if asked.method == "GET":
            return self._give(asked)
        headers = {
            "x-repo-commit": REVISION,
            "x-linked-etag": f'"{self.sha256}"',
            "x-linked-size": str(len(self.content)),
        }
        if self.same_host:
            return Answered(200, self.content, headers)
        return Answered(302, headers=headers | {"location": f"{self._store.url}/blob?Signature=x"})

    def _offer(self) -> Answered:
        lfs = {"size": len(self.content), "sha256": self.sha256, "pointerSize": 135}
        file = {"rfilename": self.file_name, "size": len(self.content), "lfs": lfs}
        return Answered(
            200,
            {"id": REPOSITORY, "sha": REVISION, "gated": "auto", "tags": [], "siblings": [file]},
        )

    def _refusal(self, asked: Asked) -> Answered | None:
        if self.token is None:
            return None
        shown = asked.headers.get("authorization")
        if shown is None:
            return Answered(401, headers=_GATED)
        if shown != f"Bearer {self.token}":
            words = "Invalid credentials in Authorization header"
            return Answered(401, headers={"x-error-message": words})
        return None if self.accepted else Answered(403, headers=_GATED)

    def _give(self, asked: Asked) -> Answered:
        if self.store_status:
            return Answered(self.store_status)
        begin, headers = 0, {}
        found = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if found and self.ranges:
            begin, last = int(found[1]), len(self.content) - 1
            headers = {"content-range": f"bytes {begin}-{last}/{last + 1}"}
        rest = self.content[begin:]
        headers["content-length"] = str(len(rest))
        if self.cuts:
            rest = rest[: self.cuts.pop(0)]
            headers["connection"] = "close"
        elif self.stalls:
            rest = rest[: self.stalls.pop(0)]
        return Answered(206 if "content-range" in headers else 200, rest, headers)


_API = f"/api/models/{REPOSITORY}"
