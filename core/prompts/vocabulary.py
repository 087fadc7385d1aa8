"""The trained vocabulary: which targets go with which kind of image, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

# The published lists call one place by two names.
_SAME_PLACE = {"eye": "retinal"}


def base_modality(modality: str) -> str:
    """A modality without the sequence: ``"MRI"`` for ``"MRI-FLAIR"``."""
    return "MRI" if modality.startswith("MRI") else modality


@dataclass(frozen=True)
class Group:
    """The targets that the model was trained on for one kind of image.

    Attributes:
        modality: ``"CT"``, ``"X-Ray"``, ``"pathology"`` and so on.
        site: ``"abdomen"``, ``"chest"``..., or ``""`` when any.
        targets: Phrases in their trained spelling.
        recommended: Those of them that the model card recommends.
    """

    modality: str
    site: str
    targets: tuple[str, ...]
    recommended: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the page calls it: ``"CT abdomen"``."""
        return f"{self.modality} {self.site}".strip()


@dataclass(frozen=True)
class Target:
    """What is published about the training of one target.

    Attributes:
        name: The phrase in its trained spelling.
        category: One of the 16 categories, or ``""``.
        kind: ``"organ"``, ``"abnormality"``, ``"histology"`` or ``""``.
        sites: Where in the body.
        modalities: In which kinds of image, without the sequence of an MRI.
        masks: Number of training masks, or None where it is not published.
    """

    name: str
    category: str
    kind: str
    sites: tuple[str, ...]
    modalities: tuple[str, ...]
    masks: int | None

    def in_kind(self, modality: str, site: str) -> bool:
        """Whether it was trained in a kind of image; an empty word stands for any."""
        places = {_SAME_PLACE.get(place, place) for place in self.sites}
        fits_modality = not modality or base_modality(modality) in self.modalities
        return fits_modality and (not site or site in places)


@dataclass(frozen=True)
class Vocabulary:
    """The published facts: ``vocabulary.json`` and ``training.json``.

    Attributes:
        categories: The 16 categories the model predicts, in its own order.
        groups: Targets by modality and site.
        category_by_target: Category of each target; keys in lower case.
        template: The sentence of the training prompts.
        examples: Prompts in Microsoft's own material.
        targets: What is published of each target, by name in lower case.
        masks_by_kind: Number of training masks by modality and site.
        with_statistics: Targets whose statistics are published, by kind of image.
        long_names: What a target is called where sites are not told apart, by site and target.
    """

    categories: tuple[str, ...]
    groups: tuple[Group, ...]
    category_by_target: Mapping[str, str]
    template: str
    examples: tuple[str, ...]
    targets: Mapping[str, Target]
    masks_by_kind: Mapping[str, Mapping[str, int]]
    with_statistics: Mapping[str, tuple[str, ...]]
    long_names: Mapping[tuple[str, str], str]

    @cached_property
    def trained(self) -> tuple[str, ...]:
        """Every phrase that is known to have been trained, without repetition."""
        named = [target for group in self.groups for target in group.targets]
        published = [target.name for target in self.targets.values()]
        return tuple({name.casefold(): name for name in (*published, *named)}.values())

    def fits(self, target: str, group: Group) -> bool:
        """Whether a target was trained on this kind of image."""
        return target in group.targets or self.trained_in(target, group.modality, group.site)

    def trained_in(self, target: str, modality: str, site: str) -> bool:
        """Whether a target was trained in a modality and site; ``""`` stands for any."""
        published = self.targets.get(target.casefold())
        if published is not None and published.in_kind(modality, site):
            return True
        return any(
            modality in ("", group.modality, base_modality(group.modality))
            and site in ("", group.site)
            for group in self.groups_of(target)
        )

    def groups_of(self, target: str) -> tuple[Group, ...]:
        """The groups that list a target, under this name or under its short one."""
        site, short = self._short_names.get(target, ("", ""))
        return tuple(
            group
            for group in self.groups
            if target in group.targets or (short in group.targets and site == group.site)
        )

    def masks_of(self, target: str, site: str = "") -> int | None:
        """Number of training masks of a target at a site, or None where it is not published."""
        name = self.long_names.get((site, target), target)
        found = self.targets.get(name.casefold())
        return found.masks if found else None

    @cached_property
    def _short_names(self) -> dict[str, tuple[str, str]]:
        return {long: (site, short) for (site, short), long in self.long_names.items()}


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary that comes with the program (once a process; it never changes)."""
    words, training = _data("vocabulary.json"), _data("training.json")
    return Vocabulary(
        categories=tuple(words["categories"]),
        groups=tuple(
            Group(g["modality"], g["site"] or "", tuple(g["targets"]), tuple(g["recommended"]))
            for g in words["groups"]
        ),
        category_by_target={k.casefold(): v for k, v in words["category_of"].items()},
        template=words["template"],
        examples=tuple(words["examples"]),
        targets={entry["name"].casefold(): _target(entry) for entry in training["targets"]},
        masks_by_kind=training["masks_by_kind"],
        with_statistics={k: tuple(v) for k, v in training["with_statistics"].items()},
        long_names={(e["site"], e["short"]): e["long"] for e in training["short_forms"]},
    )


def _data(name: str) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(Path(__file__).with_name(name).read_bytes())
    return read


def _target(entry: dict[str, Any]) -> Target:
    return Target(
        entry["name"],
        entry["category"],
        entry["kind"],
        tuple(entry["sites"]),
        tuple(entry["modalities"]),
        entry["masks"],
    )
