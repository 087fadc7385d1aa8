"""The value of a setting: from the environment, then from ``secrets.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.endpoint_address import clean
from core.errors import SettingsError

if TYPE_CHECKING:
    from core.settings.names import Setting

SECRETS_FILE = Path(".streamlit/secrets.toml")
SECRETS_SECTION = "medimageparse"


@dataclass(frozen=True)
class Operator:
    """What the operator has set.

    Attributes:
        env: Environment variables.
        secrets: The content of ``secrets.toml``, as parsed.

    Raises:
        SettingsError: The section of ``secrets.toml`` is no section.
    """

    env: Mapping[str, str]
    secrets: Mapping[str, object]

    def __post_init__(self) -> None:
        if not isinstance(self.secrets.get(SECRETS_SECTION, {}), Mapping):
            raise SettingsError(
                f"{SECRETS_SECTION} in secrets.toml is a value, not a section.",
                f"Write [{SECRETS_SECTION}] on a line of its own and the settings below it.",
            )

    def value(self, setting: Setting) -> str:
        """The value, trimmed; empty when it is not set.

        Raises:
            SettingsError: The file holds something that is no text there.
        """
        section = self.secrets.get(SECRETS_SECTION, {})
        name = setting.name
        in_section = section.get(name.lower()) if isinstance(section, Mapping) else None
        found = self.env.get(name) or in_section or self.secrets.get(name) or ""
        if not isinstance(found, str):
            raise SettingsError(
                f"{name} in secrets.toml is not text.", "Put its value between quotes."
            )
        return clean(found)


def secrets_from_file(path: Path = SECRETS_FILE) -> Mapping[str, object]:
    """Read ``secrets.toml`` where there is no Streamlit to do it; a missing file is empty.

    Raises:
        SettingsError: The file cannot be read or is not TOML. Its content is not quoted.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
    except ValueError:  # not UTF-8 or not TOML; the exception holds the text of the file
        reason = "it is not valid TOML"
    raise SettingsError(
        f"The settings file {path} cannot be read: {reason}.",
        'Write one setting a line, as in: mip_endpoint = "https://...".',
    )
