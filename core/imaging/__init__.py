"""From the bytes of a file to frames with the right pixels."""
