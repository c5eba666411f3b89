"""What can be refused."""


class AlreadyFinished(Exception):
    """The screening has its outcome; nothing is saved any more."""


class NotFinished(Exception):
    """Questions are still open, or there is no outcome yet."""


class NotAllowed(Exception):
    """This person may not do that: only a PT lowers a level."""
