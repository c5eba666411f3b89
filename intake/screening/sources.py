"""What the source tags of the rules stand for. clinical.md 8 says which of them were read, and which only remembered."""

from __future__ import annotations

from typing import Final

CASE_REPORTS: Final = "published case reports"
TO_CHECK: Final = "from memory; check it before you quote it"

SOURCES: Final[dict[str, str]] = {
    "S1": "Henschke 2009, Arthritis & Rheumatism: serious disease in 1,172 patients with new low back pain",
    "S2": "Galliker 2020, American Journal of Medicine: red flags in the emergency room",
    "S3": "Finucane 2020, JOSPT: IFOMPT framework for serious disease of the spine",
    "S4": "GIRFT 2023: national pathway for suspected cauda equina syndrome",
    "S5": "BMJ Best Practice: cauda equina syndrome",
    "S6": "NHS Lothian: red flags of back pain",
    "S8": "American College of Radiology 2021: Appropriateness Criteria, low back pain",
    "S9": "Downie 2013, BMJ: red flags for fracture and malignancy",
    "S11": "Sieper 2009: ASAS criteria of inflammatory back pain",
    "S12": "Suri 2010, JAMA; Konno 2007; Cook 2011: lumbar spinal stenosis",
    "S13": "International Olympic Committee 2023: relative energy deficiency; case reports of sacral stress injury",
    "S14": "Robertson and Wood 2017: femoral neck stress fracture; case reports",
    "S15": "Masci 2006: spondylolysis in young athletes; case reports",
    "S16": "NICE NG234: spinal metastases and metastatic cord compression",
    "S17": "Papers on aortic aneurysm in physical therapy (AFP, JOSPT)",
    "S18": "Frandsen 2025, British Journal of Sports Medicine: one long run and injury",
    "S20": CASE_REPORTS,
    "S21": CASE_REPORTS,
    "S22": CASE_REPORTS,
    "S23": CASE_REPORTS,
    "S24": "Dionne 2019: signs of cauda equina syndrome, pooled",
    "S25": "Review of 334 MRI scans for suspected cauda equina syndrome; case reports",
    "S26": "Yusuf 2019; Shroyer 2019: infection of the spine",
    "S27": CASE_REPORTS,
    "S28": CASE_REPORTS,
    "S29": CASE_REPORTS,
    "S30": CASE_REPORTS,
    "S31": "Peck 2017, American Family Physician: slipped growth plate of the hip",
    "S32": CASE_REPORTS,
    "S33": CASE_REPORTS,
    "S34": CASE_REPORTS,
    "S39": "Maselli 2020: low back pain in runners",
    "M": f"common emergency teaching, {TO_CHECK}",
    "M1": f"NICE NG59 and CKS, {TO_CHECK}",
    "M4": f"time limits of NICE NG234, {TO_CHECK}",
    "M6": f"obstetric warning signs (ACOG), {TO_CHECK}",
    "M7": f"Margaretten 2007: septic arthritis, {TO_CHECK}",
    "M8": f"Ottawa ankle and knee rules, {TO_CHECK}",
    "M9": f"Deyo and Diehl 1988: cancer as a cause of back pain, {TO_CHECK}",
    "P": "public pages of physical therapy clinics",
    "own": "our own caution, without a study",
}
"""By the tag that stands in a rule's or a factor's `source`."""

STRENGTHS: Final[dict[str, str]] = {
    "A": "diagnostic studies, or a guideline that rests on them",
    "B": "a consensus guideline",
    "C": "case reports, expert practice, or our own caution",
}


def tags(source: str) -> tuple[str, ...]:
    """The single tags of a rule's `source`."""
    return tuple(source.split(", "))
