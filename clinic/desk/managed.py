"""The pages on which a manager sets the clinic up, and who may open them."""

from django.utils.translation import gettext_lazy as _

from clinic import outbox, registry, setting_up
from clinic.desk import first_run, texts


def register() -> None:
    """Add the pages to the desk."""
    registry.desk_page(
        registry.DeskPage(
            path="texts/",
            name="texts",
            view=texts.texts,
            permission="clinic.change_messagetext",
            label=_("Message texts"),
            icon="mail",
            position=90,
        )
    )
    for name, path, view in (
        ("text", "", texts.text),
        ("text-preview", "preview/", texts.preview),
        ("text-shipped", "shipped/", texts.shipped),
    ):
        registry.desk_page(
            registry.DeskPage(
                path=f"texts/<slug:kind>/<slug:channel>/<slug:language>/{path}",
                name=name,
                view=view,
                permission="clinic.change_messagetext",
            )
        )
    registry.fixed_letter(
        outbox.ALERT, name=_("An alert to staff"), why=_("It goes to staff, and says what must be done at once.")
    )
    registry.fixed_letter("staff_note", name=_("A message that staff write"), why=_("Whoever sends it writes it."))
    registry.fixed_letter(setting_up.TEST, name=_("A test letter"), why=_("It goes to whoever sets the clinic up."))
    registry.desk_page(
        registry.DeskPage(
            path="first-run/",
            name="first-run",
            view=first_run.page,
            permission="clinic.change_clinic",
            label=_("Before going live"),
            icon="list",
            position=5,
            only_before=True,
        )
    )
    registry.desk_page(
        registry.DeskPage(
            path="first-run/act/", name="first-run-act", view=first_run.act, permission="clinic.change_clinic"
        )
    )
