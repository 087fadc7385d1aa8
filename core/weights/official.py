"""What is publicly known of the official file of weights, and from where.

Its SHA-256 stands in no public source that could be found, so it is not written here: the hub is
asked for it.
"""

from __future__ import annotations

REPOSITORY = "microsoft/BiomedParse"
"""On the model hub, Hugging Face."""

FILE_NAME = "biomedparse_v1.pt"

PAGE = "https://huggingface.co/microsoft/BiomedParse"
"""Where the terms are read and accepted. "You need to agree to share your contact information to
access this model", it says; and that the model is for research and development only."""

TOKENS_PAGE = "https://huggingface.co/settings/tokens"

LICENCE = "CC BY-NC-SA 4.0"
"""As the header of the hub's pages of this repository named it (cc-by-nc-sa-4.0) when they were
last seen. The code of BiomedParse has another licence, Apache 2.0."""

SIZE_BYTES = 1_803_167_371
"""The end of the progress bar of this download in ``inference_colab_demo.ipynb`` of
github.com/microsoft/BiomedParse (commit 750eb40)."""

VALUES = 341_181_177
"""Numbers in the 931 parameters of the network; four bytes each are 1.36 GB. The rest of the file,
438 MB, is the size of a BERT (109.5 million numbers), which inference never calls."""
