"""A blob container: what of a batch lies in it, sending, fetching and deleting."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from core.batch.storage_failures import failure_of_storage, missing_library
from core.errors import SignInRefused, WorkbenchError
from core.signin.source import STORAGE_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from azure.core.credentials import AccessToken
    from azure.storage.blob import ContainerClient

    from core.batch.state import Store
    from core.secret import Secret
    from core.signin.source import TokenSource

Result = TypeVar("Result")

_CONNECT_S, _READ_S = 20, 120


@dataclass(frozen=True)
class Held:
    """A blob that is there.

    Attributes:
        size: In bytes.
        md5: MD5 in base64, or empty when the service does not know it.
        etag: Its version.
    """

    size: int
    md5: str = ""
    etag: str = ""


class Container:
    """One container, opened with one sign-in.

    Args:
        client: Of ``azure-storage-blob``.
        host: For the sentences.
    """

    def __init__(self, client: ContainerClient, host: str) -> None:
        self._client = client
        self._host = host

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def held(self, prefix: str) -> dict[str, Held]:
        """Every blob whose name starts with a prefix, by name.

        Raises:
            BackendError: The storage account could not be asked, or refuses.
        """
        return self._ask(lambda: self._list(prefix))

    def send(self, name: str, file: Path) -> None:
        """Write a file into a blob, over what is there.

        Raises:
            BackendError: The storage account could not be asked, or refuses.
        """
        from azure.storage.blob import ContentSettings  # noqa: PLC0415 - optional

        data = file.read_bytes()
        settings = ContentSettings(
            content_type="text/csv", content_md5=bytearray(hashlib.md5(data).digest())  # noqa: S324 - Azure's checksum of blobs
        )  # fmt: skip
        self._ask(
            lambda: self._client.upload_blob(
                name, data, overwrite=True, content_settings=settings, validate_content=True
            )
        )

    def fetch(self, name: str, etag: str, file: Path, on_progress: Callable[[int], None]) -> None:
        """Append to a file what of a blob is not yet in it.

        Args:
            name: Of the blob.
            etag: The version that is wanted; another one is refused.
            file: Its first bytes, or nothing yet.
            on_progress: Gets the number of bytes that are there.

        Raises:
            BackendError: The storage account could not be asked, or the blob has changed.
        """
        self._ask(lambda: self._append(name, etag, file, on_progress))

    def delete(self, prefix: str) -> int:
        """Delete every blob whose name starts with a prefix; returns how many.

        Raises:
            BackendError: The storage account could not be asked, or refuses.
        """
        names = list(self.held(prefix))
        for name in names:
            self._ask(partial(self._client.delete_blob, name))
        return len(names)

    def _list(self, prefix: str) -> dict[str, Held]:
        return {
            blob.name: Held(
                blob.size or 0,
                base64.b64encode(bytes(blob.content_settings.content_md5 or b"")).decode(),
                blob.etag or "",
            )
            for blob in self._client.list_blobs(name_starts_with=prefix)
        }

    def _append(self, name: str, etag: str, file: Path, on_progress: Callable[[int], None]) -> None:
        from azure.core import MatchConditions  # noqa: PLC0415 - optional

        with file.open("ab") as target:
            there = target.tell()
            stream = self._client.download_blob(
                name, offset=there, etag=etag, match_condition=MatchConditions.IfNotModified
            )
            for chunk in stream.chunks():
                target.write(chunk)
                there += len(chunk)
                on_progress(there)

    def _ask(self, work: Callable[[], Result]) -> Result:
        """Do it; the library's exceptions hold the signed request, so ours is raised apart."""
        outcome = _outcome(work, self._host)
        if isinstance(outcome, WorkbenchError):
            raise outcome
        return outcome


def open_container(
    store: Store,
    source: TokenSource,
    secret: Callable[[], Secret],
    prefix: str,
) -> Container:
    """Open the container with the sign-in, or where that is refused, with the workspace's key.

    Args:
        store: Which container.
        source: Who is signed in.
        secret: Fetches the workspace's key or SAS token; raises when there is none to be had.
        prefix: Something that may be listed, to see whether the sign-in is enough.

    Raises:
        SettingsError: ``azure-storage-blob`` is not installed.
        BackendError: Neither opens it.
    """
    host = store.url.removeprefix("https://").removeprefix("http://")
    if store.url.startswith("https://"):
        opened = Container(_client(store, _Credential(source)), host)
        try:
            opened.held(prefix)
        except SignInRefused:
            opened.close()
            if store.identity_only:
                raise
        else:
            return opened
    return Container(_client(store, _with_key(store, secret())), host)


def _client(store: Store, credential: object) -> ContainerClient:
    try:
        from azure.storage.blob import ContainerClient  # noqa: PLC0415 - optional
    except ImportError:
        client = None
    else:
        client = ContainerClient(
            store.url,
            store.container,
            credential=credential,  # type: ignore[arg-type]  # three kinds of it
            connection_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retry_total=3,
        )
    if client is None:
        raise missing_library()
    return client


def _with_key(store: Store, secret: Secret) -> object:
    """The credential of a key, or of a SAS token, which has parameters in it."""
    from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential  # noqa: PLC0415 - optional

    text = secret.reveal()
    if "sig=" in text:
        return AzureSasCredential(text.lstrip("?"))
    return AzureNamedKeyCredential(store.account, text)


class _Credential:
    """The sign-in as ``azure-core`` wants it."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """A token that is good now, and is asked for again at every request."""
        from azure.core.credentials import AccessToken  # noqa: PLC0415 - optional

        return AccessToken(self._source.token(STORAGE_SCOPE), int(time.time()))


def _outcome(work: Callable[[], Result], host: str) -> Result | WorkbenchError:
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - optional

    try:
        return work()
    except WorkbenchError as error:
        return error
    except (AzureError, OSError) as problem:
        return failure_of_storage(problem, host)
