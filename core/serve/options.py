"""What an operator can say about a server in one process, checked."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.endpoint_address import is_loopback
from core.errors import SettingsError
from core.secret import Secret
from core.settings.names import SERVE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOPBACK = "127.0.0.1"
PORT = 8000
MAX_WAITING = 16


@dataclass(frozen=True)
class ServeOptions:
    """Where a server listens, and to whom.

    Attributes:
        host: Address or name of this machine to listen on.
        port: Port to listen on; 0 picks a free one.
        max_waiting: Requests that may wait while one is answered.
        token: What clients must send, or None.
        certificate: PEM file with the certificate and those that signed it, or None for no TLS.
        key: PEM file with its key, or None when that is in the same file.

    Raises:
        SettingsError: A value makes no sense, or everybody on the network would be answered.
    """

    host: str = LOOPBACK
    port: int = PORT
    max_waiting: int = MAX_WAITING
    token: Secret | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"The port is {self.port}.", "Use one from 1 to 65535.")
        if self.max_waiting < 0:
            raise SettingsError(
                f"The number of requests that may wait is {self.max_waiting}.", "Use 0 or more."
            )
        if not is_loopback(self.host) and self.token is None:
            raise SettingsError(
                f"Other computers reach {self.host[:100] or 'every address'}, and no token is set.",
                f"Set {SERVE_TOKEN.name} to a long random word, or leave --host out.",
            )
        if self.key is not None and self.certificate is None:
            raise SettingsError("There is a key, but no certificate.", "Add --certificate FILE.")

    @property
    def in_the_open(self) -> bool:
        """Whether pictures and token travel unencrypted beyond this machine."""
        return self.certificate is None and not is_loopback(self.host)

    def url(self, port: int) -> str:
        """The scoring URL.

        Args:
            port: The one that is really used.
        """
        scheme = "http" if self.certificate is None else "https"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{port}/score"

    def check_certificate(self) -> None:
        """Read certificate and key as the server will.

        Raises:
            SettingsError: They cannot be read, or do not fit each other.
        """
        if self.certificate is None:
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # A key under a password is refused instead of asked for at the terminal.
            context.load_cert_chain(self.certificate, self.key, password="")
        except ssl.SSLError as problem:
            why = problem.reason or "they are no PEM files of a certificate and its open key"
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
        else:
            return
        raise SettingsError(
            f"Certificate and key cannot be used: {why}.",
            "Check both files: PEM, the key without a password, and made for each other.",
        )


def token_from(env: Mapping[str, str]) -> Secret | None:
    """The token that clients must send, or None when none is set.

    Args:
        env: Environment variables.

    Raises:
        SettingsError: No client could send it.
    """
    text = env.get(SERVE_TOKEN.name, "").strip()
    if any(not " " < character <= "~" for character in text):
        raise SettingsError(
            f"{SERVE_TOKEN.name} holds a blank or a character that is not ASCII.",
            "Set it to letters and digits.",
        )
    return Secret(text) if text else None
