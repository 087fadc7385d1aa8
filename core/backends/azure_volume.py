"""A MedImageParse 3D online endpoint on Azure ML, over REST."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.backends.bandwidth import delay_notice, delay_s
from core.backends.base import RunControl
from core.backends.caller import EndpointCaller
from core.errors import BackendError, EndpointTimeout, ModelFailed, RequestTooLarge
from core.logs import log_phrases
from core.wire_volume import decode_volume

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from core.backends.retry import Clock
    from core.backends.services import Services
    from core.settings import AzureSettings
    from core.volume_labels import VolumeReply
    from core.wire_volume import VolumeRequest

LARGEST_BODY = 100 * 2**20
"""Bytes that the model's container takes (nginx ``client_max_body_size 100m`` in Microsoft's
mlflow-model-inference image); whether the front door takes as much is not documented."""

_NEXT_STEPS: Mapping[type[BackendError], str] = {
    EndpointTimeout: "Run it again, since a first call is slow; if it stays, have the deployment's "
    "request_timeout_ms set to 180000, the most there is, or send a smaller volume.",
    RequestTooLarge: "Save the volume with larger voxels or less of it, and send that.",
    ModelFailed: "Check that MIP_3D_ENDPOINT runs MedImageParse 3D; then try a smaller volume or "
    "fewer phrases.",
}
"""What to do about a volume, where the sentence for pictures does not fit."""


class AzureVolumeModel:
    """Asks one endpoint for the masks of whole volumes; see :class:`EndpointCaller`.

    Raises:
        SettingsError: There is neither a key nor a token.
    """

    name = "azure-3d"

    def __init__(
        self,
        settings: AzureSettings,
        *,
        token: Callable[[], str] | None = None,
        services: Services | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.settings = settings
        self._caller = EndpointCaller(
            settings, token=token, services=services, clock=clock, rng=rng
        )

    @property
    def label(self) -> str:
        """What the page and every export call it."""
        return f"MedImageParse 3D on Azure ML ({self.settings.host})"

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._caller.close()

    def segment(self, request: VolumeRequest, control: RunControl | None = None) -> VolumeReply:
        """Send a volume and phrases, wait, and read the labels.

        Args:
            request: From :func:`core.wire_volume.encode_volume`.
            control: Countdown and cancel.

        Raises:
            BackendError: The endpoint could not answer; retried before, where that makes sense.
            Cancelled: The user stopped the run.
        """
        log_phrases([request.phrases])
        answers: list[Mapping[str, str]] = []
        try:
            reply = self._caller.call(
                request.body,
                lambda body: decode_volume(body, request),
                control or RunControl(),
                on_answer=answers.append,
            )
        except tuple(_NEXT_STEPS) as problem:
            raise type(problem)(
                problem.what,
                _NEXT_STEPS[type(problem)],
                details=problem.details,
                request_id=problem.request_id,
            ) from None
        notice = delay_notice(sum(map(delay_s, answers)))
        return reply if notice is None else replace(reply, notices=(*reply.notices, notice))
