"""The weights of BiomedParse: where they are, what they must be, and how to get them.

Nothing is downloaded before the user asks for it.
"""

from core.weights.downloading import download
from core.weights.examine import Verdict, verify
from core.weights.hub import Hub, hub_from
from core.weights.intake import take_in
from core.weights.place import find, place_of, require
from core.weights.record import Record, record_of
from core.weights.stage import Stage

__all__ = [
    "Hub",
    "Record",
    "Stage",
    "Verdict",
    "download",
    "find",
    "hub_from",
    "place_of",
    "record_of",
    "require",
    "take_in",
    "verify",
]
