"""A review project in a data folder of its own, made as the pages make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import cv2
import numpy as np

from core.imaging import open_upload
from core.png import encode_png
from core.review.desk import Desk
from core.review.intake import item_of
from core.review.people import reader_of
from core.review.place import open_review
from core.review.projects import create_project
from core.review.values import NewLabel, Rules

if TYPE_CHECKING:
    from pathlib import Path

    from core.review.values import Reader

HEIGHT, WIDTH = 240, 320


def disc(column: int, row: int, radius: int) -> np.ndarray:
    """A filled disc as uint8 (H, W), 0 and 255."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    return cv2.circle(mask, (column, row), radius, 255, -1)


def picture(number: int) -> bytes:
    """An invented picture, another one for each number."""
    noise = np.random.default_rng(number).integers(40, 60, (HEIGHT, WIDTH)).astype(np.uint8)
    return encode_png(np.maximum(noise, disc(100, 120, 40) // 2))


@dataclass(frozen=True, eq=False)
class ReviewProject:
    """Ada's project: pictures with a mask of a disc, called nodule, and an empty label."""

    folder: Path
    id: str
    ada: Reader

    @classmethod
    def make(cls, folder: Path, *, items: int = 2, reads: int = 2) -> ReviewProject:
        store = open_review({"MIP_DATA_FOLDER": str(folder)})
        ada = reader_of(store, "local:ada", "Ada")
        rules = Rules(reads=reads, quorum=reads, order="given")
        project = cls(folder, create_project(store, ada, "Nodules", rules), ada)
        labels = (NewLabel("nodule", disc(100, 120, 40), "tumor", score=0.5), NewLabel("vessel"))
        files = [(f"case_{n}.png", picture(n)) for n in range(items)]
        project.desk("Ada").add_items(
            item_of(
                open_upload(data, name).frame(),
                labels,
                name=name,
                data=data,
                source="model",
                engine="A model",
            )
            for name, data in files
        )
        return project

    def desk(self, name: str) -> Desk:
        store = open_review({"MIP_DATA_FOLDER": str(self.folder)})
        return Desk(store, self.id, reader_of(store, f"local:{name.casefold()}", name))

    def join(self, name: str, role: str = "reader") -> None:
        reader = reader_of(
            open_review({"MIP_DATA_FOLDER": str(self.folder)}), f"local:{name.casefold()}", name
        )
        self.desk("Ada").set_role(reader.id, role)

    def address(self, url: str, page: str, name: str, **more: str) -> str:
        return f"{url}/{page}?{urlencode({'reader': name, 'project': self.id, **more})}"
