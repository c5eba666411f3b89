"""The PT's brief: one outcome on one page. `load` reads it as values; the desk's page, the PDF and the text show it."""

from intake.brief.load import Sheet, load
from intake.brief.sheet import FIRST_CONTACTS, Brief, brief_of

__all__ = ["FIRST_CONTACTS", "Brief", "Sheet", "brief_of", "load"]
