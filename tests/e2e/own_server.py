"""A Streamlit server on a port of its own; a test can kill it and start it again."""

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
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class OwnServer:
    """A script behind one address, whatever becomes of its process.

    Attributes:
        url: Without a slash at its end.
    """

    def __init__(self, script: Path, env: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._script, self._env = script, env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
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
        self._wait(self._process)

    def stop(self) -> None:
        """End it as an operator does (SIGTERM); nothing happens where it does not run."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """End it at once, without a chance to tidy up (SIGKILL)."""
        self._end(subprocess.Popen.kill)

    def _end(self, way: Callable[[subprocess.Popen[bytes]], None]) -> None:
        if self._process is not None:
            way(self._process)
            self._process.wait(timeout=20)
            self._process = None

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                message = f"the server ended with code {process.returncode}"
                raise RuntimeError(message)
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        message = f"the server did not answer within {START_SECONDS} s"
        raise RuntimeError(message)
