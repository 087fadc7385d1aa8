"""A stand-in of a MedImageParse endpoint on Azure ML: a real HTTP server on this machine.

As a fixture: ``with StandIn() as endpoint: ... endpoint.url ... endpoint.script(BUSY, Reply())``.
By hand: ``python -m tests.standin --port 5001``, and MIP_ENDPOINT=http://127.0.0.1:5001.

It checks requests as the real layers do, answers in the real shape with masks that it computes from
the picture, and plays every refusal and fault that is known. It is not the model.
"""

from tests.standin.behaviour import Behaviour, HangUp, Refusal, Reply
from tests.standin.endpoint import DEPLOYMENT, KEY, StandIn
from tests.standin.model import category_of, soft_masks
from tests.standin.wire_server import Received

__all__ = [
    "DEPLOYMENT",
    "KEY",
    "Behaviour",
    "HangUp",
    "Received",
    "Refusal",
    "Reply",
    "StandIn",
    "category_of",
    "soft_masks",
]
