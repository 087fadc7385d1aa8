"""The Ray Serve application: fronts that speak HTTP, and replicas that hold the model."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.serve.app import make_app
from core.serve.cluster.asking import ClusterModel
from core.serve.cluster.options import ServiceOptions
from core.serve.cluster.replica import ModelReplica, open_backend
from core.serve.options import token_from
from core.settings.names import SERVE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ray.serve import Application
    from starlette.applications import Starlette

    from core.backends.base import Backend

MODEL = "model"
FRONT = "front"
"""Names of the two deployments, in Ray's status and in configuration files."""

# A replica that died is noticed, and started again, within this time.
_HEALTH_CHECK_S = 2.0
# The front itself says 429, in the contract's words; Ray, which would say 503, never has to.
_REQUESTS_AT_A_FRONT = 10_000


def build(values: Mapping[str, object]) -> Application:
    """Make the application from the ``args`` of a configuration file of Ray Serve.

    This is the import path for ``serve run`` and ``serve deploy``:
    ``core.serve.cluster:build``.

    Args:
        values: Names and values of :class:`core.serve.cluster.options.ServiceOptions`.

    Raises:
        SettingsError: A name is unknown, or a value out of range.
    """
    return application(ServiceOptions.of(values))


def application(
    options: ServiceOptions, opener: Callable[[str], Backend] = open_backend
) -> Application:
    """Make the application; Ray must be running already.

    Where this process has ``MIP_SERVE_TOKEN``, the fronts must have it too.

    Args:
        options: What is deployed.
        opener: Makes the backend of a name, in the process of each replica.
    """
    from ray import serve  # noqa: PLC0415 - an optional package

    with_token = options.with_token or token_from(os.environ) is not None
    options = replace(options, with_token=with_token)
    model = serve.deployment(
        name=MODEL,
        # As many replicas as keep each one's next batch full.
        autoscaling_config={
            "min_replicas": options.replicas,
            "max_replicas": options.most_replicas,
            "target_ongoing_requests": options.batch,
        },
        max_ongoing_requests=options.at_a_replica,
        max_queued_requests=options.waiting,
        health_check_period_s=_HEALTH_CHECK_S,
        ray_actor_options={"num_cpus": options.cpus, "num_gpus": _gpus(options)},
    )(ModelReplica)

    def app_of_this_front() -> Starlette:
        return front_app(options)

    front = serve.deployment(
        name=FRONT,
        num_replicas=options.fronts,
        max_ongoing_requests=_REQUESTS_AT_A_FRONT,
        health_check_period_s=_HEALTH_CHECK_S,
        ray_actor_options={"num_cpus": 0},
    )(serve.ingress(app_of_this_front)())
    return front.bind(model.bind(options, opener))


def front_app(options: ServiceOptions) -> Starlette:
    """The REST application of one front; to be called in a process of the deployment.

    Raises:
        SettingsError: The token is wanted, and this machine does not have it.
    """
    from ray import serve  # noqa: PLC0415 - an optional package

    token = token_from(os.environ)
    if options.with_token and token is None:
        raise SettingsError(
            f"{SERVE_TOKEN.name} is not set on a machine of the cluster.",
            "Set it on every machine before Ray is started there.",
        )
    replicas = serve.get_deployment_handle(MODEL, serve.get_replica_context().app_name)
    return make_app(
        ClusterModel(replicas, options),
        token=token.reveal() if token else None,
        name=options.backend,
        most_at_once=options.at_a_front,
    )


def _gpus(options: ServiceOptions) -> float:
    """Graphics cards of one replica: what is asked for, else one where there is any."""
    import ray  # noqa: PLC0415 - an optional package

    if options.gpus is not None:
        return options.gpus
    return 1 if ray.cluster_resources().get("GPU", 0) else 0
