"""The api-versions of Azure Resource Manager that this program asks for, each published."""

SUBSCRIPTIONS = "2022-12-01"
MACHINE_LEARNING = "2024-10-01"
DEPLOYMENTS = "2024-03-01"
AUTHORIZATION = "2022-04-01"
