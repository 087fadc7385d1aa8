"""Everything that can go wrong: one sentence for what happened, one for what to do.

WorkbenchError
|-- InputError                  what the user gave us
|   |-- ImageError              a file that cannot be shown
|   |   |-- EmptyFile
|   |   |-- UnknownFormat       not an image that we know
|   |   |-- DamagedFile         it starts like an image, but cannot be decoded to the end
|   |   |-- NoPixels            a DICOM object without an image in it
|   |   |-- TooLarge            over the byte, pixel or frame budget
|   |   `-- TooSmall
|   |-- PhraseError             nothing to look for, or too much
|   `-- ChoiceError             a frame, window or channel that the file does not have
|-- SettingsError               a setting is missing or makes no sense
|-- BackendError                the model could not answer
|   |-- ConnectionFailed        no route, name, or TLS
|   |-- SignInRefused           401 and 403
|   |-- EndpointNotFound        404
|   |-- EndpointTimeout         408, or no answer within the read timeout
|   |-- RequestTooLarge         413
|   |-- ModelFailed             424 with the model's own error inside
|   |-- ModelNotReady           424 while the deployment starts
|   |-- EndpointBusy            429
|   |-- ServiceFault            5xx
|   |-- EndpointPaused          failed so often that it is left alone for a while
|   |-- LocalModelMissing       torch or the weights are not on this machine
|   |-- WeightsDamaged          the file of weights is not the one that the network needs
|   |-- OutOfMemory             the device's memory is too small even for the smallest way
|   |-- ArmRefused              Azure Resource Manager refused to find, create or delete
|   `-- InvalidReply            200, but not what the contract says
|-- ReviewError                 something about the review of masks
|   |-- AccessRefused           no role in the project, or not one that may do this
|   |-- ItemTaken               others are reading it already
|   |-- EditConflict            a newer edit is there: from another tab, or from another server
|   |-- EditDamaged             what arrived is not what was drawn
|   |-- StoreUnreachable        the database or the folder does not answer
|   `-- StoreDamaged            what is stored is not what was stored
|-- ExportError                 a file could not be written or does not read back as written
`-- Cancelled                   the user stopped the run
"""

from __future__ import annotations


class WorkbenchError(Exception):
    """A problem told in two sentences: what happened, and what to do about it.

    Args:
        what: One plain sentence for what happened, with the values that matter.
        next_step: One plain sentence for what the user can do.
        details: Text for support, folded away on the page; never a secret, a name or pixels.
    """

    def __init__(self, what: str, next_step: str, *, details: str = "") -> None:
        super().__init__(what, next_step)
        self.what = what
        self.next_step = next_step
        self.details = details

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


class InputError(WorkbenchError):
    """Something that the user gave cannot be used."""


class ImageError(InputError):
    """A file that cannot be shown as an image."""


class EmptyFile(ImageError):
    """The file has no bytes."""


class UnknownFormat(ImageError):
    """The content is of no image format that we know."""


class DamagedFile(ImageError):
    """The content starts like an image and cannot be decoded to the end."""


class NoPixels(ImageError):
    """A DICOM object that holds no image."""


class TooLarge(ImageError):
    """The file is over the budget for bytes, pixels or frames."""


class TooSmall(ImageError):
    """The image has too few pixels to be segmented."""


class PhraseError(InputError):
    """The phrases cannot be sent to a model."""


class ChoiceError(InputError):
    """A frame, axis, window or channel was asked for that the file does not have."""


class SettingsError(WorkbenchError):
    """A setting is missing or makes no sense."""


class BackendError(WorkbenchError):
    """The model could not answer.

    Args:
        what: One plain sentence for what happened.
        next_step: One plain sentence for what the user can do.
        details: Text for support; never a key.
        request_id: The service's own id of the request, which its support asks for.
    """

    def __init__(
        self, what: str, next_step: str, *, details: str = "", request_id: str | None = None
    ) -> None:
        super().__init__(what, next_step, details=details)
        self.request_id = request_id


class ConnectionFailed(BackendError):
    """The endpoint could not be reached: name, route, TLS, or a connection cut half-way."""


class SignInRefused(BackendError):
    """The endpoint did not accept the key or token (401, 403)."""


class EndpointNotFound(BackendError):
    """The address or the deployment does not exist (404)."""


class EndpointTimeout(BackendError):
    """The model did not answer in time (408, or our own read timeout)."""


class RequestTooLarge(BackendError):
    """The request is larger than the service takes (413)."""


class ModelFailed(BackendError):
    """The model's own container reported an error (424)."""


class ModelNotReady(BackendError):
    """The deployment is still starting (424 with reason model_not_ready)."""


class EndpointBusy(BackendError):
    """More requests are in flight than the deployment takes (429)."""


class ServiceFault(BackendError):
    """The service itself failed (5xx)."""


class EndpointPaused(BackendError):
    """The endpoint failed so often that nothing is sent to it for a while."""


class LocalModelMissing(BackendError):
    """What the local model needs is not on this machine: torch, or its weights."""


class WeightsDamaged(BackendError):
    """The file of weights is cut, changed, or made for another network."""


class OutOfMemory(BackendError):
    """The device has too little memory, even for one picture and one phrase at a time."""


class ArmRefused(BackendError):
    """Azure Resource Manager refused to find, create, change or delete something."""


class InvalidReply(BackendError):
    """The endpoint answered, but not with masks as its contract says."""


class ReviewError(WorkbenchError):
    """Something about the review of masks stands in the way."""


class AccessRefused(ReviewError):
    """The reader has no role in the project, or not one that may do this."""

    @classmethod
    def project(cls) -> AccessRefused:
        """The same words whether the project is not there or not for this reader."""
        return cls(
            "There is no such project, or none that you take part in.",
            "Ask the owner of the project to add you.",
        )


class ItemTaken(ReviewError):
    """As many others as it needs are reading the item already."""


class EditConflict(ReviewError):
    """A newer edit is there than the one that this one was drawn on."""


class EditDamaged(ReviewError):
    """The mask that arrived is not the mask that was drawn."""


class StoreUnreachable(ReviewError):
    """The database or the folder of the review does not answer."""


class StoreDamaged(ReviewError):
    """What is stored is not what was stored."""


class ExportError(WorkbenchError):
    """A file could not be written, or does not read back as it was written."""


class Cancelled(WorkbenchError):
    """The user stopped the run."""

    def __init__(self) -> None:
        super().__init__("The run was stopped.", "Press Run to start it again.")
