"""What a deployment costs: where to look it up. No price is kept here, prices change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from core.deploy.plan import DeployPlan

CALCULATOR_URL = "https://azure.microsoft.com/pricing/details/machine-learning/"
HOURS_A_MONTH = 730
"""As Azure's own price pages count."""

BILLING = (
    "Billing runs by the hour from the first minute until the endpoint is deleted, used or not."
)


@dataclass(frozen=True)
class CostLookup:
    """How to find the price.

    Attributes:
        machine_hours_a_day: What is billed each day.
        machine_hours_a_month: The same for a month of 730 hours.
        prices_url: Query of Azure's Retail Prices API for the machine in the region; it answers
            with the price of one machine for one hour, without a sign-in.
        calculator_url: Price page for people.
    """

    machine_hours_a_day: int
    machine_hours_a_month: int
    prices_url: str
    calculator_url: str = CALCULATOR_URL


def cost_of(plan: DeployPlan) -> CostLookup:
    """How to find the price of a plan."""
    return CostLookup(
        24 * plan.instances,
        HOURS_A_MONTH * plan.instances,
        prices_url(plan.sku.name, plan.location),
    )


def prices_url(sku: str, location: str) -> str:
    """Query of the Retail Prices API for a machine size in a region."""
    wanted = (
        f"serviceName eq 'Virtual Machines' and armSkuName eq '{sku}' "
        f"and armRegionName eq '{location}' and priceType eq 'Consumption'"
    )
    return f"https://prices.azure.com/api/retail/prices?$filter={quote(wanted)}"
