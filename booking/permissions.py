"""What each group of staff may do with the diary."""

from clinic.permissions import DESK, MANAGER, PT


def may(*names: str, on: list[str]) -> list[str]:
    """Write out permissions on models of this app."""
    return [f"booking.{name}_{model}" for name in names for model in on]


GRANTS: dict[str, list[str]] = {
    DESK: [
        "booking.work_day",
        "booking.waive_fee",
        *may("view", on=["fee"]),
        *may("view", on=["appointment", "appointmentevent", "block", "workinghours", "timeoff"]),
    ],
    PT: ["booking.see_own_day"],
    MANAGER: [
        "booking.work_day",
        "booking.waive_fee",
        *may("view", on=["fee"]),
        *may("view", "add", "change", "delete", on=["workinghours", "timeoff"]),
        *may("view", on=["appointment", "appointmentevent", "block"]),
    ],
}
