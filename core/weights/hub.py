"""The model hub: what it offers, and where the bytes are; through ``huggingface_hub``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core import about
from core.backends.local.device import INSTALL
from core.errors import InvalidReply, LocalModelMissing
from core.secret import Secret
from core.weights.hub_failures import failure_of
from core.weights.official import FILE_NAME, PAGE, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huggingface_hub.hf_api import ModelInfo

_TIMEOUT_S = 20.0
_LIBRARY = "medimageparse-workbench"


@dataclass(frozen=True)
class Hub:
    """The hub, and who asks it.

    Attributes:
        endpoint: Its address, or None for Hugging Face's own.
        token: What was typed, or None for that of ``HF_TOKEN`` or of ``hf auth login``.
    """

    endpoint: str | None = None
    token: Secret | None = None


@dataclass(frozen=True)
class Offer:
    """The file that the hub offers.

    Attributes:
        revision: Commit of the repository.
        size: In bytes.
        sha256: In hexadecimal.
    """

    revision: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """Where the bytes are.

    Attributes:
        url: To get them from; it may be signed, so it belongs into no log.
        token: To send with the request, or None: only the hub itself gets it.
    """

    url: str
    token: Secret | None


def hub_from(env: Mapping[str, str], token: Secret | None = None) -> Hub:
    """The hub that the environment names.

    Args:
        env: Environment variables; ``HF_ENDPOINT`` is the hub's own name for another address.
        token: What was typed, if anything.
    """
    return Hub(env.get("HF_ENDPOINT", "").strip().rstrip("/") or None, token)


def offer_of(hub: Hub) -> Offer:
    """Ask what the hub offers now; no content is downloaded.

    Raises:
        LocalModelMissing: ``huggingface_hub`` is not installed.
        SignInRefused: The hub tells it only to who has signed in and accepted the terms.
        ConnectionFailed: The hub cannot be reached.
        EndpointNotFound: It has no such repository or file.
        InvalidReply: It does not tell the file's hash.
    """
    _require_library()
    from huggingface_hub import HfApi  # noqa: PLC0415 - optional

    api = HfApi(endpoint=hub.endpoint, token=_typed(hub), library_name=_LIBRARY)
    try:
        info = api.model_info(REPOSITORY, files_metadata=True, timeout=_TIMEOUT_S)
    except Exception as problem:  # noqa: BLE001 - its network library differs by version
        raise failure_of(problem) from None
    return _offer_in(info)


def source_of(hub: Hub, offer: Offer) -> Source:
    """Ask where the bytes of an offer are; the address holds for minutes.

    Raises:
        LocalModelMissing: ``huggingface_hub`` is not installed.
        SignInRefused: Nobody is signed in, or the terms are not accepted.
        ConnectionFailed: The hub cannot be reached.
        EndpointNotFound: The file is not there any more.
    """
    _require_library()
    from huggingface_hub import get_hf_file_metadata, get_token, hf_hub_url  # noqa: PLC0415

    url = hf_hub_url(REPOSITORY, FILE_NAME, revision=offer.revision, endpoint=hub.endpoint)
    try:
        found = get_hf_file_metadata(
            url, token=_typed(hub), timeout=_TIMEOUT_S, library_name=_LIBRARY
        )
    except Exception as problem:  # noqa: BLE001 - its network library differs by version
        raise failure_of(problem) from None
    if _origin(found.location) != _origin(url):
        return Source(found.location, None)  # a store of files, which signs its addresses
    token = _typed(hub) or get_token()
    return Source(found.location, Secret(token) if token else None)


def has_token(hub: Hub) -> bool:
    """Whether there is a token to sign in with: typed, in ``HF_TOKEN`` or of ``hf auth login``.

    Raises:
        LocalModelMissing: ``huggingface_hub`` is not installed.
    """
    _require_library()
    from huggingface_hub import get_token  # noqa: PLC0415 - optional

    return bool(_typed(hub) or get_token())


def _offer_in(info: ModelInfo) -> Offer:
    file = next((one for one in info.siblings or () if one.rfilename == FILE_NAME), None)
    if file is None or file.lfs is None or not info.sha:
        raise InvalidReply(
            f"The hub's answer on {REPOSITORY} holds no size and hash of {FILE_NAME}.",
            f"Look on {PAGE} whether the file is still there.",
        )
    return Offer(info.sha, file.lfs.size, file.lfs.sha256)


def _require_library() -> None:
    # Heard only before the first import: else it tells the hub which programs are installed here.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import huggingface_hub  # noqa: F401, PLC0415 - optional: only whether it is there
    except ImportError as problem:
        raise LocalModelMissing(
            f"{about.NAME} asks the hub with huggingface_hub, which is not installed.",
            INSTALL,
        ) from problem


def _typed(hub: Hub) -> str | None:
    return hub.token.reveal() if hub.token else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
