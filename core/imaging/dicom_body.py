"""The body part that a DICOM file names: a word of a fixed list, never free text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.imaging.dicom_elements import word_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WORDS = (
    "ABDOMEN ABDOMENPELVIS ADRENAL ANKLE AORTA ARM BILEDUCT BLADDER BRAIN BREAST BRONCHUS BUTTOCK "
    "CALCANEUS CALF CAROTID CEREBELLUM CERVIX CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX "
    "COLON CORNEA CORONARYARTERY CSPINE CTSPINE DUODENUM EAR ELBOW ESOPHAGUS EXTREMITY EYE FACE "
    "FEMUR FINGER FOOT GALLBLADDER HAND HEAD HEADNECK HEART HIP HUMERUS ILEUM JAW JEJUNUM JOINT "
    "KIDNEY KNEE LARYNX LEG LIVER LOWERLIMB LSPINE LSSPINE LUNG MAXILLA MEDIASTINUM MOUTH NECK "
    "NECKCHEST NOSE ORBIT OVARY PANCREAS PAROTID PATELLA PELVIS PENIS PHARYNX PROSTATE RECTUM "
    "RETINA RIB SACRUM SCALP SCAPULA SHOULDER SINUS SKIN SKULL SPINE SPLEEN SSPINE STERNUM "
    "STOMACH TESTIS THIGH THORAX THUMB THYMUS THYROID TLSPINE TOE TONGUE TRACHEA TSPINE UPPERLIMB "
    "URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY WRIST ZYGOMA"
)
KNOWN = frozenset(_WORDS.split())
"""Body parts as DICOM writes them (PS3.16 annex L), with THORAX and RETINA, which are common."""


def body_part_of(dataset: Dataset) -> str:
    """Read BodyPartExamined (0018,0015).

    Some devices let the user type into it, so that only words of the list are taken.

    Returns:
        One of :data:`KNOWN`, or ``""``.
    """
    word = word_of(dataset, "BodyPartExamined").replace(" ", "").replace("_", "")
    return word if word in KNOWN else ""
