"""What each group of staff may do with requests, guides and screenings. Answers are read by PTs only; others may type them."""

from clinic.permissions import DESK, MANAGER, PT


def may(*names: str, on: list[str]) -> list[str]:
    """Write out permissions on models of this app."""
    return [f"intake.{name}_{model}" for name in names for model in on]


GRANTS: dict[str, list[str]] = {
    DESK: [
        "intake.answer_requests",
        "intake.type_answers",
        *may("view", on=["request", "guide", "guiderequest", "receivedtext"]),
    ],
    PT: [
        "intake.read_briefs",
        "intake.type_answers",
        "intake.answer_requests",
        *may("view", on=["request", "screening", "outcome", "finding", "briefread", "clearance"]),
    ],
    MANAGER: [
        "intake.answer_requests",
        "intake.type_answers",
        *may("view", "add", "change", on=["guide"]),
        *may("view", on=["request", "guiderequest", "receivedtext", "screening", "outcome", "briefread"]),
    ],
}
