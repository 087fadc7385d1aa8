"""Choices that follow no order and can be worked out again by anybody."""

import hashlib

_DIGITS = 13  # of 4 bits: a float holds 53


def lot(text: str) -> float:
    """A number that is evenly spread over 0 to 1 (1 itself left out), the same for the same text.

    The first 13 hexadecimal digits of the SHA-256 of the text in UTF-8, divided by 16 to the power
    of 13. What is chosen by a lot under a share is also chosen by a larger one.
    """
    digits = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return int(digits, 16) / 16.0**_DIGITS
