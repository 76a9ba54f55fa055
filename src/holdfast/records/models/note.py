"""What a therapist writes: the session as it runs, the signed note, addenda, and private notes kept apart."""

import uuid

from django.db import models

from holdfast.records.models.facts import AppendOnly


class SessionRoom(models.Model):
    """The session that is being held: kept with every change, so that nothing typed is lost. Not a fact."""

    course = models.OneToOneField("records.TherapyCourse", models.CASCADE, db_comment="Which course")
    uid = models.UUIDField(default=uuid.uuid4, db_comment="Becomes the uid of the session")
    number = models.PositiveSmallIntegerField(db_comment="Number of the session in its course")
    outline = models.CharField(max_length=32, db_comment="Slug of the session in the protocol")
    variant = models.CharField(
        max_length=32, blank=True, db_comment="Form it is held in; empty for the usual"
    )
    channel = models.CharField(max_length=12, db_comment="How they meet")
    appointment = models.ForeignKey(
        "records.Appointment", models.SET_NULL, null=True, db_comment="The booking it came of"
    )
    ticks = models.JSONField(
        default=dict, db_comment="Point of the agenda to {state: done, skipped or moved, reason}"
    )
    note = models.JSONField(default=dict, db_comment="Part of the note to its text so far")
    homework = models.JSONField(default=list, db_comment="Practice to give: {exercise, dose, optional}")
    revision = models.PositiveIntegerField(
        default=0, db_comment="Counts the saves, so that a save that comes late cannot undo a newer one"
    )
    by = models.ForeignKey("records.Account", models.CASCADE, related_name="+", db_comment="The therapist")
    started_at = models.DateTimeField(db_comment="When the session began, UTC")
    saved_at = models.DateTimeField(db_comment="When it was last saved, UTC")

    class Meta:
        db_table_comment = "Sessions being held"


class ProgressNote(AppendOnly):
    """The signed note of a session: part of the record, never changed; what is missing comes as an addendum."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, db_comment="Made by the sender")
    session = models.OneToOneField("records.TherapySession", models.PROTECT, db_comment="Which session")
    agenda = models.JSONField(db_comment="The points as planned, with what became of each and why")
    parts = models.JSONField(db_comment="Part of the note to its text")
    signed_at = models.DateTimeField(db_comment="When it was signed, UTC")
    signed_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who signed it"
    )

    class Meta:
        db_table_comment = "Signed notes of therapy sessions"


class NoteAddendum(AppendOnly):
    """Something added to a signed note."""

    note = models.ForeignKey(ProgressNote, models.PROTECT, related_name="addenda", db_comment="Which note")
    text = models.TextField(db_comment="What is added")
    added_at = models.DateTimeField(db_comment="When, UTC")
    added_by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who")

    class Meta:
        db_table_comment = "Additions to signed notes"


class PrivateNote(models.Model):
    """A therapist's own note on process, sealed with a key that is not in the database.

    Apart from the record: not on the timeline, not in search, logs, exports or FHIR. Not append-only, because a change
    of key seals every note anew.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, db_comment="Made by the sender")
    course = models.ForeignKey("records.TherapyCourse", models.PROTECT, db_comment="Which course")
    author = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Whose note")
    sealed = models.TextField(db_comment="The note, encrypted")
    written_at = models.DateTimeField(db_comment="When it was written, UTC")

    class Meta:
        db_table_comment = "Private notes of therapists, encrypted"
        indexes = (models.Index(fields=["course", "author", "written_at"], name="private_note_by_time"),)


class PrivateNoteGrant(AppendOnly):
    """An author lets a supervisor read the private notes of a course, or ends that; the newest row holds."""

    course = models.ForeignKey("records.TherapyCourse", models.PROTECT, db_comment="Notes on which course")
    author = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Whose notes")
    reader = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who may read")
    allowed = models.BooleanField(db_comment="True from now on, False no longer")
    at = models.DateTimeField(db_comment="When, UTC")

    class Meta:
        db_table_comment = "Who may read a therapist's private notes"


class PrivateNoteLook(AppendOnly):
    """Every reading of a private note."""

    note = models.ForeignKey(PrivateNote, models.PROTECT, db_comment="Which note")
    by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who read it")
    at = models.DateTimeField(db_comment="When, UTC")

    class Meta:
        db_table_comment = "Readings of private notes"
