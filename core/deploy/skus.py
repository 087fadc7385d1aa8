"""The machine sizes on which MedImageParse may run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sku:
    """A machine size.

    Attributes:
        name: As Azure calls it.
        cores: Virtual cores: what quota counts.
        gpus: Number of GPUs in it.
        gpu: Which.
        family: Name of its quota.
    """

    name: str
    cores: int
    gpus: int
    gpu: str
    family: str

    @property
    def summary(self) -> str:
        """Size in words."""
        return f"{self.gpus} x {self.gpu}, {self.cores} cores"


SKUS = (
    Sku("Standard_NC40ads_H100_v5", 40, 1, "H100", "standardNCADSH100v5Family"),
    Sku("Standard_NC24ads_A100_v4", 24, 1, "A100", "standardNCADSA100v4Family"),
    Sku("Standard_NC48ads_A100_v4", 48, 2, "A100", "standardNCADSA100v4Family"),
    Sku("Standard_NC80adis_H100_v5", 80, 2, "H100", "standardNCADSH100v5Family"),
    Sku("Standard_NC96ads_A100_v4", 96, 4, "A100", "standardNCADSA100v4Family"),
    Sku("Standard_ND40rs_v2", 40, 8, "V100", "standardNDSv2Family"),
    Sku("Standard_ND96asr_v4", 96, 8, "A100", "standard NDASv4_A100 Family"),
    Sku("Standard_ND96amsr_A100_v4", 96, 8, "A100", "standard NDAMSv4_A100Family"),
    Sku("Standard_ND96isr_H100_v5", 96, 8, "H100", "standardNDv5H100Family"),
)
"""What the model card of version 17 allows. Cores, GPUs and families: Microsoft Learn, "Managed
online endpoints SKU list"; none of them needs the extra 20 % of quota for upgrades."""

DEFAULT_SKU = SKUS[0]
"""What Microsoft's own template for MedImageParse takes."""


def sku_named(name: str) -> Sku | None:
    """The size of a name in any case, or None when the model may not run on it."""
    return next((sku for sku in SKUS if sku.name.lower() == name.lower()), None)
