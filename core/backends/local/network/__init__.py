"""The BiomedParse v1 network in plain PyTorch, inference only.

A picture goes through the backbone (``focalnet``) and the pixel decoder (``pixel_decoder``);
phrases go through the ``tokenizer`` and the text encoder (``text``); the ``decoder`` looks for them
in the picture. ``biomedparse`` is the whole, ``checkpoint`` fills it from a file with the names of
``keys``, and ``v1`` offers it as the model that the backend runs. This is the only package whose
files import torch at their top.

Paper: Zhao et al., "A foundation model for joint segmentation, detection and recognition of
biomedical objects across nine modalities", Nature Methods 2025.
"""
