"""Where the model is, how it runs and how to sign in: from page, environment or secrets.toml."""

from core.settings.azure import (
    SIGN_IN_WAYS,
    AzureSettings,
    PageEntry,
    azure_settings_from,
    settings_for,
)
from core.settings.hosts import AllowedHosts, allowed_hosts_from
from core.settings.keys import clean_key
from core.settings.local import LocalSettings, local_settings_from
from core.settings.lookup import Operator, secrets_from_file
from core.settings.names import SETTINGS, Setting

__all__ = [
    "SETTINGS",
    "SIGN_IN_WAYS",
    "AllowedHosts",
    "AzureSettings",
    "LocalSettings",
    "Operator",
    "PageEntry",
    "Setting",
    "allowed_hosts_from",
    "azure_settings_from",
    "clean_key",
    "local_settings_from",
    "secrets_from_file",
    "settings_for",
]
