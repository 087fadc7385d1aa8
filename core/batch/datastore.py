"""The workspace's own container, as Azure Resource Manager describes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.batch.state import Store
from core.endpoint_address import is_loopback
from core.errors import ArmRefused
from core.secret import Secret
from core.settings.hosts import AllowedHosts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.arm import ArmClient, ResourceId

API_VERSION = "2024-10-01"

STORAGE_HOSTS = AllowedHosts(
    ("*.core.windows.net", "*.core.usgovcloudapi.net", "*.core.chinacloudapi.cn")
)
"""Where Azure keeps blobs: a token for storage goes nowhere else, except to this machine."""

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"[a-z0-9-]{3,63}")


def default_store(arm: ArmClient, workspace: ResourceId) -> Store:
    """Look the default datastore up, which is a blob container (usually ``workspaceblobstore``).

    Raises:
        ArmRefused: The workspace has no blob container that can be used.
        BackendError: Azure could not be asked.
    """
    found = arm.pages(
        f"{workspace.workspace_path}/datastores", API_VERSION, params={"isDefault": "true"}
    )
    for entry in found:
        properties = entry.get("properties", {})
        if properties.get("isDefault") and properties.get("datastoreType") == "AzureBlob":
            return _store(str(entry.get("name", "")), properties)
    raise ArmRefused(
        f"The workspace {workspace.workspace} has no blob container as its default datastore.",
        "Choose one in Azure Machine Learning studio, under Data, Datastores.",
    )


def store_secret(arm: ArmClient, workspace: ResourceId, store: Store) -> Secret:
    """The key or SAS token with which the workspace itself opens the container.

    Raises:
        ArmRefused: The workspace keeps none.
        BackendError: Azure could not be asked, or this account may not have it.
    """
    path = f"{workspace.workspace_path}/datastores/{store.datastore}/listSecrets"
    body = arm.call("POST", path, API_VERSION).body
    secret = str(body.get("key") or body.get("sasToken") or "")
    if not secret:
        raise ArmRefused(
            f"The workspace keeps no key for the storage account {store.account}.",
            "Ask for the role Storage Blob Data Contributor on that storage account.",
        )
    return Secret(secret)


def _store(name: str, properties: Mapping[str, Any]) -> Store:
    account = str(properties.get("accountName", ""))
    container = str(properties.get("containerName", ""))
    endpoint = str(properties.get("endpoint") or "core.windows.net")
    scheme = str(properties.get("protocol") or "https")
    local = is_loopback(urlsplit(f"//{endpoint}").hostname or "")
    # An emulator on this machine has the account in its path instead of its host.
    url = f"{scheme}://{endpoint}/{account}" if local else f"https://{account}.blob.{endpoint}"
    sound = _ACCOUNT.fullmatch(account) and _CONTAINER.fullmatch(container)
    if not sound or not STORAGE_HOSTS.allows(urlsplit(url).hostname or ""):
        raise ArmRefused(
            f"The datastore {name[:60]} names a storage account that is not one of Azure's.",
            "Check the workspace's default datastore in Azure Machine Learning studio.",
        )
    kind = str((properties.get("credentials") or {}).get("credentialsType") or "None")
    return Store(name, account, url, container, identity_only=kind == "None")
