"""The local model: where its weights are, and how it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.settings.lookup import Operator
from core.settings.names import (
    DATA_FOLDER,
    LOCAL_COMPILE,
    LOCAL_DEVICE,
    LOCAL_ONE_PHRASE,
    LOCAL_PRECISION,
    LOCAL_WEIGHTS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.settings.names import Setting

PRECISIONS = ("auto", "fp32", "bf16", "fp16")

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,2})?")


@dataclass(frozen=True)
class LocalSettings:
    """How the local model runs, checked as far as that can be done without torch.

    Attributes:
        weights: The file of weights, or None for the usual place in the data folder.
        data_folder: The operator's data folder, or None for the user's own.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:NUMBER"`` or ``"mps"``.
        precision: One of :data:`PRECISIONS`.
        compile: Whether torch compiles the network.
        one_phrase: Whether each phrase is looked for by itself.

    Raises:
        SettingsError: A value makes no sense.
    """

    weights: Path | None = None
    data_folder: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    compile: bool = False
    one_phrase: bool = False

    def __post_init__(self) -> None:
        if not _DEVICE.fullmatch(self.device):
            raise SettingsError(
                f"{LOCAL_DEVICE.name} is {self.device[:30]!r}, which is no device.",
                "Set it to auto, cpu, cuda, cuda:NUMBER or mps.",
            )
        if self.precision not in PRECISIONS:
            raise SettingsError(
                f"{LOCAL_PRECISION.name} is {self.precision[:30]!r}, which is no precision.",
                f"Set it to one of {', '.join(PRECISIONS)}.",
            )


def local_settings_from(
    env: Mapping[str, str], secrets: Mapping[str, object] | None = None
) -> LocalSettings:
    """Find the settings of the local model: the environment before ``secrets.toml``.

    Args:
        env: Environment variables.
        secrets: The content of ``secrets.toml``, as parsed.

    Raises:
        SettingsError: A value makes no sense.
    """
    operator = Operator(env, secrets or {})
    folder = env.get(DATA_FOLDER.name, "").strip()  # from the environment only, as for reviews
    return LocalSettings(
        _path(operator.value(LOCAL_WEIGHTS), LOCAL_WEIGHTS),
        _path(folder, DATA_FOLDER),
        device=operator.value(LOCAL_DEVICE).lower() or "auto",
        precision=operator.value(LOCAL_PRECISION).lower() or "auto",
        compile=_switch(operator, LOCAL_COMPILE),
        one_phrase=_switch(operator, LOCAL_ONE_PHRASE),
    )


def _path(text: str, setting: Setting) -> Path | None:
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # ~NAME of somebody who has no account here
        raise SettingsError(
            f"{setting.name} begins with the home folder of nobody on this computer.",
            "Write the whole path.",
        ) from error


def _switch(operator: Operator, setting: Setting) -> bool:
    text = operator.value(setting) or "0"
    if text not in {"0", "1"}:
        raise SettingsError(f"{setting.name} is {text[:30]!r}.", "Set it to 0 or 1.")
    return text == "1"
