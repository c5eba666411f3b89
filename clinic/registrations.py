"""What the clinic app registers at start."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from clinic import alerts, mail_hooks, permissions, registry, writing  # noqa: F401  (three of them register themselves)
from clinic.desk import calls, contact, duty, holidays, managed, patients, report_pages, roads, same, timeline, write

permissions.grant_after_migrate(apps.get_app_config("clinic"), permissions.GRANTS)

registry.desk_page(
    registry.DeskPage(
        path="calls/",
        name="calls",
        view=calls.queue,
        permission="clinic.work_calls",
        label=_("Calls"),
        icon="phone",
        tab=True,
        position=20,
        count=calls.count,
    )
)
registry.desk_page(
    registry.DeskPage(path="calls/<uuid:uid>/", name="call", view=calls.call_page, permission="clinic.work_calls")
)
registry.desk_page(
    registry.DeskPage(path="calls/<uuid:uid>/act/", name="call-act", view=calls.act, permission="clinic.work_calls")
)
registry.desk_page(
    registry.DeskPage(
        path="patients/",
        name="patients",
        view=patients.patients,
        permission="clinic.see_patients",
        label=_("Patients"),
        icon="people",
        tab=True,
        position=50,
    )
)
registry.desk_page(
    registry.DeskPage(
        path="patients/<uuid:uid>/", name="patient", view=patients.patient, permission="clinic.see_patients"
    )
)
registry.desk_page(
    registry.DeskPage(
        path="patients/<uuid:uid>/write/",
        name="write",
        view=write.write,
        permission="clinic.work_calls",
    )
)
registry.desk_page(
    registry.DeskPage(
        path="roads/",
        name="roads",
        view=roads.roads,
        permission="clinic.change_zoneminutes",
        label=_("Roads"),
        icon="mobile",
        position=80,
    )
)
registry.desk_page(
    registry.DeskPage(
        path="holidays/",
        name="holidays",
        view=holidays.holidays,
        permission="clinic.change_closure",
        label=_("Public holidays"),
        icon="calendar",
        position=85,
    )
)
registry.desk_page(
    registry.DeskPage(
        path="duty/",
        name="duty",
        view=duty.roster,
        permission="clinic.change_dutyshift",
        label=_("Duty roster"),
        icon="urgent",
        position=75,
    )
)
registry.desk_page(
    registry.DeskPage(path="duty/away/", name="duty-stand-in", view=duty.stand_in, permission="clinic.change_dutyshift")
)
registry.desk_page(
    registry.DeskPage(
        path="duty/away/<uuid:uid>/remove/",
        name="duty-stand-in-remove",
        view=duty.remove_stand_in,
        permission="clinic.change_dutyshift",
    )
)
for section in (
    registry.PatientSection("calls", "calls", _("Calls"), timeline.calls_of, position=40),
    registry.PatientSection("messages", "messages", _("Messages"), timeline.messages_of, position=30),
    registry.PatientSection("consents", "consents", _("Consents"), timeline.consents_of, position=60),
    registry.PatientSection("record", "record", _("Record"), timeline.record_of, position=70),
):
    registry.patient_section(section)
managed.register()
report_pages.register()
for rows in (
    registry.PatientRows("clinic.Message", about="subject_uid"),
    registry.PatientRows("clinic.Call", about="subject_uid"),
    registry.PatientRows("clinic.Consent", about="subject_uid"),
):
    registry.patients_rows(rows)
registry.desk_page(registry.DeskPage(path="same/", name="same", view=same.same, permission=same.PERMISSION))
registry.desk_page(
    registry.DeskPage(
        path="same/<uuid:kept>/<uuid:gone>/", name="compare", view=same.compare, permission=same.PERMISSION
    )
)
registry.desk_page(
    registry.DeskPage(path="merges/<uuid:uid>/undo/", name="merge-undo", view=same.undo, permission=same.PERMISSION)
)
registry.patient_panel(registry.PatientPanel("same", same.panel, position=80))
registry.desk_page(
    registry.DeskPage(
        path="patients/<uuid:uid>/contact/", name="contact", view=contact.contact, permission=contact.PERMISSION
    )
)
registry.desk_page(
    registry.DeskPage(
        path="patients/<uuid:uid>/consent/",
        name="consent-withdraw",
        view=contact.withdraw,
        permission=contact.PERMISSION,
    )
)
registry.desk_page(
    registry.DeskPage(
        path="patients/<uuid:uid>/emergency/",
        name="emergency",
        view=contact.emergency,
        permission="clinic.see_patients",
    )
)
registry.patient_panel(registry.PatientPanel("consents", contact.consents_panel, position=60))
