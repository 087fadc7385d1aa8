"""A pasted key without what came along when it was copied."""

from core.endpoint_address import clean
from core.errors import SettingsError
from core.secret import Secret


def clean_key(key: Secret) -> Secret:
    """Trim what comes along when a key is copied: blanks, quotes, the word Bearer.

    Raises:
        SettingsError: What is left cannot be a key.
    """
    text = clean(key.reveal())
    if text[:7].lower() == "bearer ":
        text = clean(text[7:])
    if not text:
        problem = "is empty"
    elif not text.isascii():
        problem = "holds characters that no key has, such as a curly quote or a dash"
    elif any(not " " < character <= "~" for character in text):
        problem = "holds a line break or a blank inside"
    else:
        return Secret(text)
    raise SettingsError(
        f"The endpoint's key {problem}.",
        "Copy the primary key again from the endpoint's Consume tab in Azure Machine Learning "
        "studio.",
    )
