"""Pictures that the project draws itself, with the truth that they were drawn from."""

from core.samples.phantoms.brain import draw_brain
from core.samples.phantoms.canvas import Phantom
from core.samples.phantoms.chest import draw_chest
from core.samples.phantoms.histology import draw_histology
from core.samples.phantoms.skin import draw_skin

__all__ = ["Phantom", "draw_brain", "draw_chest", "draw_histology", "draw_skin"]
