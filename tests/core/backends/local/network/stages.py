"""The network filled by a recipe, and what comes out of each of its stages.

``shared/facts/biomedparse`` describes the recipe and holds what the reference gives; ``small.npz``
holds what our own network gave in a small configuration, once it had agreed with the reference at
full size. ``python -m tests.core.backends.local.network.stages`` writes it anew.
"""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch

from core.backends.local.network.biomedparse import BiomedParse
from core.backends.local.network.config import NetworkConfig
from core.backends.local.network.keys import official
from core.backends.local.network.v1 import BiomedParseV1

PHRASES = ("neoplastic cells", "liver", "left heart ventricle")
SMALL = NetworkConfig(
    embed_dim=16,
    depths=(1, 1, 2, 1),
    width=128,
    feedforward=128,
    encoder_layers=2,
    decoder_layers=4,
    queries=13,
    text_width=128,
    text_layers=2,
)
SMALL_SIDE = 256
SMALL_FILE = Path(__file__).with_name("small.npz")


def filled(config: NetworkConfig) -> BiomedParse:
    """A network whose weights follow from their official names."""
    with torch.device("meta"):
        network = BiomedParse(config)
    state = {
        name: _values(official(name), tuple(parameter.shape))
        for name, parameter in network.state_dict().items()
    }
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _values(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    if not shape:
        return torch.tensor(1.0)
    noise = np.random.default_rng(zlib.crc32(key.encode())).standard_normal(shape)
    x = noise.astype(np.float32)
    if len(shape) >= 2:
        return torch.from_numpy(x / np.float32(np.sqrt(np.prod(shape[1:]))))
    if key.endswith("weight"):
        return torch.from_numpy(1 + np.float32(0.1) * x)
    return torch.from_numpy(np.float32(0.02) * x)


def picture(side: int) -> np.ndarray:
    """The recipe's picture, uint8 (side, side, 3)."""
    y, x = np.mgrid[:side, :side].astype(np.float64)
    red = 127 + 100 * np.sin(x / 37) * np.cos(y / 53)
    green = 127 + 90 * np.sin((x + y) / 71)
    blue = 127 + 80 * np.cos(np.hypot(x - 400, y - 600) / 45)
    return np.clip(np.round(np.stack([red, green, blue], axis=-1)), 0, 255).astype(np.uint8)


def stages(model: BiomedParseV1, image: np.ndarray) -> dict[str, np.ndarray]:
    """Everything that is recorded of one picture with the three phrases, under the golden names."""
    network, seen = model._network, {}
    with ExitStack() as hooks, torch.inference_mode():
        for module, name in ((network.backbone, "backbone"), (network.decoder, "queries")):
            hook = module.register_forward_hook(
                lambda _m, _i, out, name=name: seen.update({name: out})
            )
            hooks.callback(hook.remove)
        hook = network.pixel_decoder.layer_4.register_forward_pre_hook(
            lambda _m, given: seen.update(encoded=given[0])
        )
        hooks.callback(hook.remove)
        (embedding,) = model.embed(image[None])
        (reply,) = model.answer([embedding], [PHRASES])
        maps, queries = embedding.maps, seen["queries"]
        captions = network.decoder.captions(queries)[0]
        texts = model._read([PHRASES])[1][0]
        logits = network.similarity(captions, model._classes)
        similarity = network.similarity(captions, texts)
        matched = similarity.argmax(dim=0)
        tensors = {
            **{f"backbone.res{i}": map_ for i, map_ in enumerate(seen["backbone"], start=2)},
            "pixel_decoder.transformer_features": seen["encoded"],
            "pixel_decoder.mask_features": maps.mask_features,
            **{f"pixel_decoder.multi_scale.{i}": map_ for i, map_ in enumerate(maps.levels)},
            "text.class_embeddings_17": model._classes,
            **{f"text.class_emb.{name}": texts[i, None] for i, name in enumerate(PHRASES)},
            "decoder.grounding_class": texts,
            "decoder.pred_captions": captions,
            "decoder.pred_masks": network.decoder.masks(queries, maps.mask_features)[0],
            "decoder.pred_logits": logits,
            "similarity": similarity,
        }
    found = {}
    for name, tensor in tensors.items():
        found |= _summary(name, tensor.numpy())
    for phrase in PHRASES:
        found[f"tokens.{phrase}"] = model._tokenizer([phrase]).ids[0].numpy()
    return found | {
        "matched_query": matched.numpy(),
        "predicted_class_index": logits[matched].argmax(dim=1).numpy(),
        "probability_grid32": reply.probabilities[:, 16::32, 16::32] / np.float32(255),
        "probability_mean": reply.probabilities.mean(axis=(1, 2)) / np.float32(255),
    }


def _summary(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    flat = values.reshape(-1)
    wide = flat.astype(np.float64)
    return {
        f"{name}.shape": np.array(values.shape),
        f"{name}.mean_std_absmax": np.array([wide.mean(), wide.std(ddof=1), np.abs(wide).max()]),
        f"{name}.at64": flat[np.arange(64) * (flat.size - 1) // 63],
    }


def errors(expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> dict[str, float]:
    """Largest error of each recorded stage, relative to the largest value recorded of it."""
    measured = {}
    for name, values in expected.items():
        stage, _, kind = name.rpartition(".")
        if kind in ("mean_std_absmax", "at64"):
            scale = np.abs(values).max()
            error = float(np.abs(found[name] - values).max() / scale)
            measured[stage] = max(error, measured.get(stage, 0.0))
    return measured


if __name__ == "__main__":
    small = stages(BiomedParseV1(filled(SMALL)), picture(SMALL_SIDE))
    np.savez_compressed(
        SMALL_FILE, **{name: np.float32(v) if v.dtype == float else v for name, v in small.items()}
    )
