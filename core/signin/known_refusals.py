"""The refusals that are known, and what to do about each: tables only."""

from __future__ import annotations

CLI_LOGIN = "Run az login in a terminal, then try again."

_FEDERATION = "Check the federated credential of the application: issuer, subject and audience."
_SECRETS = "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
_ASK_ADMIN = "Ask an administrator of the tenant; the details hold the code to look up."

ENTRA: dict[str, tuple[str, str]] = {
    "50034": (
        "This account does not exist in the tenant.",
        "Sign in with an account of the tenant, or set AZURE_TENANT_ID to the right one.",
    ),
    "50105": ("This account is not assigned to the application.", _ASK_ADMIN),
    "50173": ("The sign-in has ended, for example because the password was changed.", ""),
    "65001": ("The tenant has not agreed to this sign-in yet.", _ASK_ADMIN),
    "65004": ("The sign-in was declined.", ""),
    "70021": ("Entra does not know this workload.", _FEDERATION),
    "70043": ("The sign-in has ended.", ""),
    "90002": ("Entra knows no such tenant.", "Check AZURE_TENANT_ID."),
    "500011": (
        "The tenant has no Azure Machine Learning to sign in to.",
        "Check AZURE_TENANT_ID: it must be the tenant of the subscription.",
    ),
    "700016": (
        "Entra does not know this application in the tenant.",
        "Check AZURE_CLIENT_ID and AZURE_TENANT_ID.",
    ),
    "700082": ("The sign-in has ended, since it was not used for long.", ""),
    "700213": ("Entra does not know this workload.", _FEDERATION),
    "7000215": (
        "The client secret is wrong.",
        "Set AZURE_CLIENT_SECRET to the secret's value, not its id.",
    ),
    "7000222": (
        "The client secret has expired.",
        "Make a new one for the application and set AZURE_CLIENT_SECRET to it.",
    ),
}
"""By code, from Microsoft's list "Microsoft Entra authentication and authorization error codes"; an
empty second sentence is :func:`sign_in_again`."""

MORE_PROOF_CODES = frozenset(
    {"50074", "50076", "50079", "50158", "53000", "53001", "53003", "530003"}
)
"""A second factor, or a rule of the tenant (conditional access)."""

MORE_PROOF = (
    "The tenant asks for more than this sign-in gives, such as a second factor.",
    "Run az login --scope https://ml.azure.com/.default in a terminal, or sign in with a code.",
)

_EXPIRED = ("The code has expired.", "Sign in again, and enter the new code in time.")
_DECLINED = ("The sign-in was declined.", "")

FLOW: dict[str, tuple[str, str]] = {
    "expired_token": _EXPIRED,
    "code_expired": _EXPIRED,
    "authorization_pending": _EXPIRED,
    "access_denied": _DECLINED,
    "authorization_declined": _DECLINED,
}
"""Errors of the device code flow: RFC 8628, and Entra's own spelling of two."""

WAYS: dict[str, tuple[str, str]] = {
    "auto": ("No sign-in of this computer worked.", CLI_LOGIN),
    "cli": (
        "The Azure CLI gave no token.",
        "In a terminal, az account get-access-token --resource https://ml.azure.com tells why.",
    ),
    "managed": (
        "This machine has no managed identity, or its identity service did not answer.",
        "Assign an identity to the machine, or choose another sign-in; outside Azure use az login.",
    ),
    "workload": (
        "The workload identity gave no token.",
        "Check AZURE_CLIENT_ID, AZURE_TENANT_ID and the file AZURE_FEDERATED_TOKEN_FILE.",
    ),
    "secret": ("The application could not sign in with its secret.", _SECRETS),
    "workspace": (
        "The workspace gave no token.",
        "Check that az account get-access-token works in a terminal, then try again.",
    ),
    "device": ("The sign-in did not come about.", "Sign in again."),
    "browser": (
        "The sign-in in the browser did not come about.",
        "Try again, or sign in with a code.",
    ),
}
"""What is said when nothing more is known, by way."""

TRIED = {
    "EnvironmentCredential": "the environment",
    "WorkloadIdentityCredential": "workload identity",
    "ManagedIdentityCredential": "managed identity",
    "AzureCliCredential": "the Azure CLI",
    "AzurePowerShellCredential": "Azure PowerShell",
    "AzureDeveloperCliCredential": "the Azure Developer CLI",
    "VisualStudioCodeCredential": "Visual Studio Code",
    "SharedTokenCacheCredential": "the shared token cache",
    "BrokerCredential": "the account of this computer",
}
"""What the credentials of the chain are called in a sentence."""


def sign_in_again(way: str) -> str:
    """How a sign-in that has ended is begun anew."""
    return CLI_LOGIN if way in {"auto", "cli"} else "Sign in again, on the page Connection."
