"""A Streamlit server on a port of its own that a test can kill and start again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class OwnServer:
    """A script behind one address, whatever becomes of its process."""

    def __init__(self, script: Path, env: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._script, self._env = script, env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {
            "server.headless": "true",
            "server.address": "127.0.0.1",
            "server.port": str(self._port),
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(self._script), *flags],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self._env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def kill(self) -> None:
        """End it at once, without a chance to tidy up (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=20)
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        message = f"the server did not answer within {START_SECONDS} s"
        raise RuntimeError(message)
