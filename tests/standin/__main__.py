"""Run the stand-in by hand: ``python -m tests.standin --port 5001``."""

from __future__ import annotations

import argparse
import sys
import threading

from tests.standin import KEY, Reply, StandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--key", default=KEY, help="the key that is accepted")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    default = Reply(delay_s=options.delay)
    with StandIn(keys=(options.key,), port=options.port, default=default) as endpoint:
        sys.stdout.write(f"MIP_ENDPOINT={endpoint.url} MIP_API_KEY={options.key}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
