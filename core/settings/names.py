"""Every name that an operator can set, as the README lists them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One name that an operator can set, as the README lists it.

    Attributes:
        name: The environment variable. In ``secrets.toml`` it is the same name in lower case in
            the section ``[medimageparse]``, or the name as it is above all sections.
        meaning: One sentence.
        default: What holds when it is not set.
    """

    name: str
    meaning: str
    default: str


ENDPOINT = Setting(
    "MIP_ENDPOINT",
    "Scoring URL of the MedImageParse endpoint, with or without /score; https only, except on "
    "this machine.",
    "none: the demo engine answers",
)
ENDPOINT_ALIAS = Setting(
    "MIP_MODEL_ENDPOINT",
    "Another name for MIP_ENDPOINT or MIP_RESOURCE_ID, which other MedImageParse tools use.",
    "none",
)
RESOURCE_ID = Setting(
    "MIP_RESOURCE_ID",
    "Azure resource id of the endpoint, /subscriptions/.../onlineEndpoints/NAME: the URL is looked "
    "up by it, and the sign-in `workspace` needs it.",
    "none",
)
API_KEY = Setting("MIP_API_KEY", "Primary or secondary key of the endpoint.", "none")
DEPLOYMENT = Setting(
    "MIP_DEPLOY_NAME",
    "Name of one deployment to use, past the endpoint's own traffic rule.",
    "none: the endpoint decides",
)
SIGN_IN = Setting(
    "MIP_SIGN_IN",
    "How to sign in: `key`, `auto`, `cli`, `managed`, `workload`, `secret`, `device`, `browser` or "
    "`workspace`; see Sign-in.",
    "`key` when there is one, else `auto`",
)
ALLOWED_HOSTS = Setting(
    "MIP_ALLOWED_HOSTS",
    "Hosts to which pictures may be sent beside the operator's endpoint, with commas between; a "
    "leading `*.` stands for any name below.",
    "`*.inference.ml.azure.com` and this machine",
)
CONCURRENCY = Setting(
    "MIP_CONCURRENCY",
    "Requests that the deployment works on at once: instances times "
    "max_concurrent_requests_per_instance. Twice as many are sent at most.",
    "1",
)
ENDPOINT_3D = Setting(
    "MIP_3D_ENDPOINT",
    "Scoring URL of a MedImageParse 3D endpoint, for whole volumes.",
    "none: volumes go slice by slice",
)
API_KEY_3D = Setting(
    "MIP_3D_API_KEY", "Key of the 3D endpoint.", "none: signs in as MIP_SIGN_IN says"
)
BATCH_ENDPOINT = Setting(
    "MIP_BATCH_ENDPOINT",
    "Azure resource id of a batch endpoint, /subscriptions/.../batchEndpoints/NAME, for "
    "`python -m core batch`.",
    "none",
)
ARM_URL = Setting(
    "MIP_ARM_URL",
    "Address of Azure Resource Manager. From the environment only.",
    "https://management.azure.com",
)
LOG_LEVEL = Setting(
    "MIP_LOG_LEVEL",
    "Which log lines are written to standard error, one JSON object a line: debug, info, warning "
    "or error. From the environment only.",
    "warning; error on the command line, info for `serve`",
)
LOG_PHRASES = Setting(
    "MIP_LOG_PHRASES",
    "With 1 the text of phrases is written into the log. From the environment only.",
    "0: never",
)
METRICS_PORT = Setting(
    "MIP_METRICS_PORT",
    "Port on this machine where counts and times are offered in OpenMetrics. From the environment "
    "only.",
    "none: not offered",
)
MAX_FILE_MB = Setting(
    "MIP_MAX_FILE_MB",
    "Largest file that is opened, in MB; the page's own limit is `server.maxUploadSize` in "
    "`.streamlit/config.toml`. From the environment only.",
    "50",
)
MAX_PIXELS = Setting(
    "MIP_MAX_PIXELS",
    "Most pixels that are decoded at one time. From the environment only.",
    "64000000",
)
MAX_FRAMES = Setting(
    "MIP_MAX_FRAMES",
    "Most frames, slices or archive members of one file. From the environment only.",
    "2000",
)
DATA_FOLDER = Setting(
    "MIP_DATA_FOLDER",
    "Folder for the reviews and the model weights of this machine. From the environment only.",
    "the user's data folder, `medimageparse-workbench` in it",
)
REVIEW_DATABASE = Setting(
    "MIP_REVIEW_DATABASE",
    "URL of the database of reviews: sqlite:///FILE, or for a team "
    "postgresql+psycopg://USER:PASSWORD@HOST/NAME. From the environment only.",
    "SQLite in MIP_DATA_FOLDER",
)
REVIEW_BLOBS = Setting(
    "MIP_REVIEW_BLOBS",
    "Where images and masks of reviews are kept: a folder, or an fsspec URL such as "
    "s3://BUCKET/FOLDER. From the environment only.",
    "a folder in MIP_DATA_FOLDER",
)
LOCAL_WEIGHTS = Setting(
    "MIP_LOCAL_WEIGHTS",
    "File with the weights of BiomedParse for the engine `local`, `.pt` or `.safetensors`.",
    "`weights/biomedparse_v1.pt` in MIP_DATA_FOLDER",
)
LOCAL_DEVICE = Setting(
    "MIP_LOCAL_DEVICE",
    "Where the local model runs: `auto`, `cpu`, `cuda`, `cuda:NUMBER` or `mps`.",
    "`auto`: the graphics card when there is one",
)
LOCAL_PRECISION = Setting(
    "MIP_LOCAL_PRECISION",
    "Numbers that the local model works with: `auto`, `fp32`, `bf16` or `fp16`.",
    "`auto`: bf16 on a CUDA card that has it, else fp32",
)
LOCAL_COMPILE = Setting(
    "MIP_LOCAL_COMPILE",
    "With 1 the local model is compiled by torch at the first run.",
    "0",
)
LOCAL_ONE_PHRASE = Setting(
    "MIP_LOCAL_ONE_PHRASE",
    "With 1 the local model looks for each phrase by itself: phrases that are looked for together "
    "influence each other.",
    "0",
)
SERVE_TOKEN = Setting(
    "MIP_SERVE_TOKEN",
    "Token that clients of `python -m core serve` must send. From the environment only.",
    "none: everybody who reaches the port is answered",
)
SETTINGS: tuple[Setting, ...] = (
    ENDPOINT,
    ENDPOINT_ALIAS,
    RESOURCE_ID,
    API_KEY,
    DEPLOYMENT,
    SIGN_IN,
    ALLOWED_HOSTS,
    CONCURRENCY,
    ENDPOINT_3D,
    API_KEY_3D,
    BATCH_ENDPOINT,
    ARM_URL,
    LOG_LEVEL,
    LOG_PHRASES,
    METRICS_PORT,
    MAX_FILE_MB,
    MAX_PIXELS,
    MAX_FRAMES,
    DATA_FOLDER,
    REVIEW_DATABASE,
    REVIEW_BLOBS,
    LOCAL_WEIGHTS,
    LOCAL_DEVICE,
    LOCAL_PRECISION,
    LOCAL_COMPILE,
    LOCAL_ONE_PHRASE,
    SERVE_TOKEN,
)
