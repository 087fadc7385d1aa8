"""Cases that come with the program, so that nobody needs a picture of their own to start."""

from core.samples.gallery import samples
from core.samples.sample import Sample

__all__ = ["Sample", "samples"]
