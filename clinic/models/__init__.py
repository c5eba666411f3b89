"""Tables that both apps stand on, a file per subject."""

from clinic.models.audit import AuditEvent
from clinic.models.calls import Call, CallNote, DutyShift
from clinic.models.clinic import Clinic
from clinic.models.exports import Arrival, Export, ExportPart
from clinic.models.links import LinkTry
from clinic.models.logins import LoginTry
from clinic.models.merges import PatientMerge, TwoPeople
from clinic.models.messages import Message
from clinic.models.patient_words import PatientWord, WordKey
from clinic.models.patients import Consent, Patient
from clinic.models.people import ANYBODY, Licence, Practitioner, User
from clinic.models.places import Closure, Location, OpeningHours, Room
from clinic.models.services import GivenBy, Mode, Payer, Service, ServiceMode
from clinic.models.set_up import SetUpMark
from clinic.models.stand_ins import StandIn
from clinic.models.texts import TextStop
from clinic.models.travel import TravelZone, ZoneMinutes, ZonePostalCode
from clinic.models.wordings import MessageText

__all__ = [
    "ANYBODY",
    "Arrival",
    "AuditEvent",
    "Call",
    "CallNote",
    "Clinic",
    "Closure",
    "Consent",
    "DutyShift",
    "Export",
    "ExportPart",
    "GivenBy",
    "Licence",
    "LinkTry",
    "Location",
    "LoginTry",
    "Message",
    "MessageText",
    "Mode",
    "OpeningHours",
    "Patient",
    "PatientMerge",
    "PatientWord",
    "Payer",
    "Practitioner",
    "Room",
    "Service",
    "ServiceMode",
    "SetUpMark",
    "StandIn",
    "TextStop",
    "TravelZone",
    "TwoPeople",
    "User",
    "WordKey",
    "ZoneMinutes",
    "ZonePostalCode",
]
