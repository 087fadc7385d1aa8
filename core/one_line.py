"""Words from elsewhere on one line: typed names and phrases, and what servers answer."""


def one_line(text: str) -> str:
    """The text with each run of spaces and of characters that cannot be printed as one space.

    None is left at its beginning and end, so that a text of nothing else becomes ``""``.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
