"""By what patients are found: the words of their names and the ends of their numbers, written with each patient's row."""

from collections.abc import Iterable, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic import likeness

# Signs that no name's word begins with: a telephone's last digits, an e-mail address.
PHONE, EMAIL = "#", "@"
PHONE_END = 4
_LONGEST = 80


class PatientWord(models.Model):
    """A word that a patient is found by: of a name, folded; the end of the phone ("#0118"); the e-mail ("@ana@...")."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="words")
    word = models.CharField(_("word"), max_length=_LONGEST)

    class Meta:
        verbose_name = _("word of a patient")
        constraints = [models.UniqueConstraint(fields=["word", "patient"], name="patient_word_once")]

    def __str__(self) -> str:
        return self.word


class WordKey(models.Model):
    """A key by which a name's word is found that was begun or mistyped (`clinic.likeness.keys_of`).

    Each word stands here once, however many people bear it, and tells of none of them.
    """

    key = models.CharField(_("key"), max_length=likeness.LONGEST + 1)
    word = models.CharField(_("word"), max_length=likeness.LONGEST)

    class Meta:
        verbose_name = _("key of a word")
        constraints = [models.UniqueConstraint(fields=["key", "word"], name="word_key_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.word}"


def words_for(*, names: Iterable[str], phone: str, email: str) -> set[str]:
    """Return the words that somebody with these names, this number and this address is found by."""
    words = likeness.words_of(*names)
    if phone:
        words.add(PHONE + phone[-PHONE_END:])
    if email:
        address = email.casefold()
        words |= {(EMAIL + address)[:_LONGEST], (EMAIL + address.partition("@")[0])[:_LONGEST]}
    return words


def write_words(rows: Sequence[tuple[int, set[str]]]) -> None:
    """Write the words of patients, given by key, and the keys of words that are new; call it where the rows are saved."""
    there: dict[int, set[str]] = {pk: set() for pk, _words in rows}
    for pk, word in PatientWord.objects.filter(patient__in=there).values_list("patient", "word"):
        there[pk].add(word)
    for pk, words in rows:
        if gone := there[pk] - words:
            PatientWord.objects.filter(patient=pk, word__in=gone).delete()
    new = [PatientWord(patient_id=pk, word=word) for pk, words in rows for word in sorted(words - there[pk])]
    if not new:
        return
    PatientWord.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    names = {row.word for row in new if row.word[0] not in (PHONE, EMAIL)}
    known = WordKey.objects.filter(key__in=[f"~{word}" for word in names], word__in=names)
    names -= set(known.values_list("word", flat=True))
    # In one order, so that two who write the same word wait for each other one way only.
    keys = sorted((key, word) for word in names for key in likeness.keys_of(word))
    WordKey.objects.bulk_create(
        [WordKey(key=key, word=word) for key, word in keys], ignore_conflicts=True, batch_size=400
    )
