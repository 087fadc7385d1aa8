"""The REST deployment on Ray Serve: the same address, with models on several machines behind it.

Ray is imported where it is used, so that all of ``core`` works without it.
"""

from core.serve.cluster.application import application, build
from core.serve.cluster.options import ClusterOptions, ServiceOptions
from core.serve.cluster.running import serve

__all__ = ["ClusterOptions", "ServiceOptions", "application", "build", "serve"]
