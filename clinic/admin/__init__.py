"""The records of the clinic package in the admin, a file per subject."""

from clinic.admin import audit, messages, offer, patients, people, places, queue, setup

__all__ = ["audit", "messages", "offer", "patients", "people", "places", "queue", "setup"]
