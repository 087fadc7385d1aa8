"""The demo engine: what it is and what it knows."""

from core.backends.demo.engine import DemoBackend
from core.backends.demo.targets import KNOWN, Target

__all__ = ["KNOWN", "DemoBackend", "Target"]
