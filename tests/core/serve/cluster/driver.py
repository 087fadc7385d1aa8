"""What the tests start as a process: a service on Ray Serve, until it is told to end."""

import json
import sys
from functools import partial

from core.serve.cluster import ClusterOptions, ServiceOptions, serve
from core.serve.options import ServeOptions
from tests.core.serve.cluster.backends import open_broken, open_played, open_tiny

MODELS = {"played": open_played, "tiny": open_tiny, "broken": open_broken}

if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    model, port = told.pop("model"), told.pop("port")
    serve(
        ClusterOptions(ServiceOptions.of(told), ServeOptions(port=port)),
        partial(print, flush=True),
        opener=MODELS[model],
    )
