"""What is in the export of a review, written down beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from core import about
from core.export.nnunet import OVERLAP_RULE
from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from core.export.final_images import FinalImages
    from core.export.finals import Final, FinalItem
    from core.export.set_options import SetFormat, SetOptions
    from core.export.set_pieces import Piece
    from core.review.values import Project

# Options that matter for one format only.
_OF_FORMAT: dict[SetFormat, tuple[str, ...]] = {
    "biomedparse": ("dataset", "test_share", "seed", "modality", "site"),
    "nnunet": ("dataset", "dataset_id"),
}
_OF_ALL = ("format", "names", "scope", "phrases")


class SetManifest:
    """Keeps book while the pieces of an export are made; of masks only their figures are kept.

    Args:
        project: What is exported.
        options: How.
        images: Its pictures.
    """

    def __init__(self, project: Project, options: SetOptions, images: FinalImages) -> None:
        self._project, self._options = project, options
        self._items = dict(zip(images.stems, images.items, strict=True))
        self._files: dict[str, str] = {}
        self._said: dict[str, dict[str, Any]] = {}

    def add(self, piece: Piece) -> None:
        """Note the files of a piece and what is said of its picture."""
        self._files |= {file.name: file.sha256 for file in piece.files}
        if piece.stem:
            self._said[piece.stem] = {
                "split": piece.split or None,
                "left_out": piece.left_out or None,
                "warnings": list(piece.warnings),
                "masks": {one.phrase: _figures(one.mask) for one in piece.masks},
                "mask_files": dict(piece.mask_files),
            }

    def encode(self) -> bytes:
        """Write it as indented JSON.

        The name of the project, of files and of adjudicators are in it only where names are kept.
        """
        options = asdict(self._options)
        kept = (*_OF_ALL, *_OF_FORMAT.get(self._options.format, ()))
        content: dict[str, Any] = {
            "program": about.NAME,
            "version": about.VERSION,
            "notice": about.NOTICE,
            "options": {name: options[name] for name in kept},
            "rules": asdict(self._project.rules),
        }
        if self._options.names:
            content["project"] = self._project.name
        if self._options.format == "nnunet":
            content["overlap_rule"] = OVERLAP_RULE
        content |= {
            "items_in_project": self._project.items,
            "items_complete": len(self._items),
            "images": [self._image(stem, final) for stem, final in self._items.items()],
            "files": self._files,
        }
        return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def _image(self, stem: str, final: FinalItem) -> dict[str, Any]:
        item, said = final.item, self._said.get(stem, {})
        masks, files = said.pop("masks", {}), said.pop("mask_files", {})
        return {
            "image": stem,
            **({"name": item.name} if self._options.names else {}),
            "item": item.position + 1,
            "image_sha256": item.frame_sha256,
            "height": item.height,
            "width": item.width,
            "spacing_mm": item.spacing_mm,
            "modality": item.modality,
            "source": item.source,
            "engine": item.engine,
            **said,
            "labels": [
                self._label(one) | {"mask_file": files.get(one.phrase)} | masks.get(one.phrase, {})
                for one in final.finals
            ],
        }

    def _label(self, final: Final) -> dict[str, Any]:
        label, outcome = final.case.label, final.case.outcome
        return {
            "phrase": label.phrase,
            "category": label.category,
            "started_empty": label.ai is None,
            "threshold": label.threshold,
            "verdict": final.verdict,
            "method": final.method,
            **({"by": outcome.by if outcome else ""} if self._options.names else {}),
            "decided_utc": final.at.isoformat(timespec="seconds") if final.at else None,
            "readings": len(final.case.reads),
        }


def _figures(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, Any]:
    return {"mask_sha256": mask_sha256(mask), "area_px": int(np.count_nonzero(mask))}
