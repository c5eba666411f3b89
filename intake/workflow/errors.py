"""What can be refused."""


class AlreadyFinished(Exception):
    """The screening has its outcome; nothing is saved any more."""


class NotFinished(Exception):
    """Questions are still open, or there is no outcome yet."""


class NotAllowed(Exception):
    """This person may not do that: only a PT lowers a level."""


class NewerOutcome(Exception):
    """What counts now is not what the page showed: there is a newer outcome, or the form was opened again."""


class NothingToClear(Exception):
    """What counts now holds nothing back."""


class WrongDay(Exception):
    """Nobody can have cleared it on that day: it is to come, or before the check."""


class CannotAskAgain(Exception):
    """The safety pages alone are not enough: the rest is too old, of another form, or held back."""
