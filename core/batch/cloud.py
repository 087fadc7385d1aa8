"""What a batch asks of Azure, behind one small face: a container, a start, a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.cloud_job import CloudJob, cancel_job, find_job, read_job
from core.batch.container import Container, open_container
from core.batch.datastore import default_store, store_secret
from core.batch.front_door import FrontDoor, Order, scoring_url_of_batch
from core.errors import SettingsError
from core.settings.names import BATCH_ENDPOINT

if TYPE_CHECKING:
    from core.arm import ArmClient, ResourceId
    from core.batch.state import Batch, Store
    from core.settings.hosts import AllowedHosts
    from core.signin.source import TokenSource


class Cloud:
    """One batch endpoint and its workspace, as one signed-in person sees them.

    Args:
        arm: Azure Resource Manager.
        endpoint: The batch endpoint.
        source: Who is signed in.
        hosts: Where tokens for scoring may go.

    Raises:
        SettingsError: The resource id is not that of a batch endpoint.
    """

    def __init__(
        self, arm: ArmClient, endpoint: ResourceId, source: TokenSource, hosts: AllowedHosts
    ) -> None:
        if endpoint.kind != "batchEndpoints" or not endpoint.endpoint:
            raise SettingsError(
                f"{BATCH_ENDPOINT.name} is the resource id of something else.",
                "Copy the one that ends with /batchEndpoints/NAME.",
            )
        self.endpoint = endpoint
        self._arm = arm
        self._source = source
        self._hosts = hosts
        self._container: Container | None = None

    @property
    def label(self) -> str:
        """What every export calls the engine."""
        return f"MedImageParse on Azure ML (batch endpoint {self.endpoint.endpoint})"

    def close(self) -> None:
        """Close the connections."""
        if self._container is not None:
            self._container.close()
        self._arm.close()
        self._source.close()

    def store(self) -> Store:
        """See :func:`default_store`."""
        return default_store(self._arm, self.endpoint)

    def container(self, batch: Batch) -> Container:
        """The container of a batch that has one; see :func:`open_container`."""
        store = batch.store
        assert store is not None  # noqa: S101 - every step after the upload has one
        if self._container is None:
            self._container = open_container(
                store,
                self._source,
                lambda: store_secret(self._arm, self.endpoint, store),
                batch.prefix,
            )
        return self._container

    def start(self, batch: Batch) -> str:
        """Order the job of a batch; see :meth:`FrontDoor.start`."""
        url = scoring_url_of_batch(self._arm, self.endpoint)
        assert batch.store is not None  # noqa: S101 - as above
        root = f"{self.endpoint.workspace_path}/datastores/{batch.store.datastore}/paths"
        order = Order(
            batch.wanted_job_name,
            batch.request_id,
            f"{root}/{batch.inputs}",
            f"{root}/{batch.outputs}",
        )
        door = FrontDoor(self._source, url, self._hosts)
        try:
            return door.start(order)
        finally:
            door.close()

    def find(self, batch: Batch) -> CloudJob | None:
        """A job that was started for this batch in this attempt; see :func:`find_job`."""
        return find_job(
            self._arm, self.endpoint, batch.wanted_job_name, batch.token, batch.past_jobs
        )

    def read(self, batch: Batch) -> CloudJob:
        """How far the job is; see :func:`read_job`."""
        return read_job(self._arm, self.endpoint, batch.job_name)

    def cancel(self, job_name: str) -> None:
        """See :func:`cancel_job`."""
        cancel_job(self._arm, self.endpoint, job_name)
