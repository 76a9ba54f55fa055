"""Exercises of a therapy: given as practice, filled in, shared, looked at together."""

import uuid

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class Practice(AppendOnly):
    """An exercise given to try before the next session."""

    uid = models.UUIDField(
        default=uuid.uuid4, unique=True, db_comment="Made by the sender, so that sending twice counts once"
    )
    course = models.ForeignKey("records.TherapyCourse", models.PROTECT, db_comment="Which course")
    exercise = models.CharField(
        max_length=64, db_comment="Name of the exercise, for example cbt.thought_record"
    )
    dose = models.CharField(max_length=200, blank=True, db_comment="How much or how often, in words")
    optional = models.BooleanField(default=False, db_comment="True when it is offered, not asked for")
    number = models.PositiveSmallIntegerField(db_comment="Number of the session it was given in")
    given_at = models.DateTimeField(db_comment="When it was given, UTC")
    given_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who gave it"
    )

    class Meta:
        db_table_comment = "Practice given between sessions"
        indexes = (models.Index(fields=["course", "given_at"], name="practice_of_course_by_time"),)


class ExerciseEntry(Fact):
    """An exercise as someone filled it in. What is added later is a new row that replaces the first; `thread` joins
    them.
    """

    class Outcome(models.TextChoices):
        """How it ended; every one is a fair end."""

        DONE = "done", "done"
        SMALL = "small", "the small version"
        NOT_THIS_TIME = "not_this_time", "not this time"

    thread = models.UUIDField(db_comment="The same for an entry and all that replaced it")
    course = models.ForeignKey("records.TherapyCourse", models.PROTECT, db_comment="Which course")
    exercise = models.CharField(max_length=64, db_comment="Name of the exercise")
    protocol_version = models.CharField(
        max_length=32, db_comment="Version of the protocol that has its fields"
    )
    values = models.JSONField(db_comment="Field to value; a field left empty is absent")
    outcome = models.CharField(
        max_length=16, choices=Outcome.choices, db_comment="done, small or not_this_time"
    )
    obstacle = models.CharField(
        max_length=500, blank=True, db_comment="What got in the way, where it was not this time"
    )
    practice = models.ForeignKey(
        Practice, models.PROTECT, null=True, db_comment="The practice it answers; empty when done unasked"
    )
    by_therapist = models.BooleanField(db_comment="True when the therapist filled it in")

    class Meta:
        db_table_comment = "Exercises as they were filled in"
        indexes = (
            models.Index(fields=["course", "exercise", "happened_at"], name="entry_of_exercise_by_time"),
            models.Index(fields=["thread"], name="entry_thread"),
        )


class ExerciseDraft(models.Model):
    """An exercise being filled in: kept with every change, so that nothing typed is lost. Not a fact."""

    uid = models.UUIDField(default=uuid.uuid4, primary_key=True, db_comment="Becomes the uid of the entry")
    course = models.ForeignKey("records.TherapyCourse", models.CASCADE, db_comment="Which course")
    exercise = models.CharField(max_length=64, db_comment="Name of the exercise")
    practice = models.ForeignKey(
        Practice, models.SET_NULL, null=True, db_comment="The practice it answers; empty when done unasked"
    )
    continues = models.ForeignKey(
        ExerciseEntry, models.SET_NULL, null=True, db_comment="The entry it goes on with; empty for a new one"
    )
    values = models.JSONField(default=dict, db_comment="Field to value as typed so far")
    low_energy = models.BooleanField(
        default=False, db_comment="True when only the fields of a bad day are shown"
    )
    revision = models.PositiveIntegerField(
        default=0, db_comment="Counts the saves, so that a save that comes late cannot undo a newer one"
    )
    by = models.ForeignKey(
        "records.Account", models.CASCADE, related_name="+", db_comment="Who is filling it in"
    )
    started_at = models.DateTimeField(db_comment="When it was begun, UTC")
    saved_at = models.DateTimeField(db_comment="When it was last saved, UTC")

    class Meta:
        db_table_comment = "Exercises begun and not finished"
        constraints = (
            models.UniqueConstraint(
                fields=["course", "exercise", "by"],
                condition=models.Q(continues__isnull=True),
                name="one_new_draft_of_an_exercise",
            ),
            models.UniqueConstraint(fields=["continues", "by"], name="one_draft_that_goes_on_with_an_entry"),
        )


class EntryShare(AppendOnly):
    """A private field, or a whole entry, shown to someone, or hidden again; the newest row of a field holds."""

    class Audience(models.TextChoices):
        """To whom."""

        PATIENT = "patient", "the person"
        THERAPIST = "therapist", "my therapist"
        GROUP_LEADER = "group_leader", "the group leader"

    thread = models.UUIDField(db_comment="Which entry")
    field = models.CharField(max_length=32, blank=True, db_comment="Which field; empty for the whole entry")
    audience = models.CharField(max_length=16, choices=Audience.choices, db_comment="Who is to see it")
    shown = models.BooleanField(db_comment="True for shown, False for hidden again")
    at = models.DateTimeField(db_comment="When, UTC")
    by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who decided it")

    class Meta:
        db_table_comment = "What patients chose to show, and to hide again"
        indexes = (models.Index(fields=["thread", "at"], name="share_of_entry_by_time"),)


class EntryLook(AppendOnly):
    """An entry that was looked at, together with the person or by the therapist alone."""

    thread = models.UUIDField(db_comment="Which entry")
    together = models.BooleanField(db_comment="True when looked at with the person")
    at = models.DateTimeField(db_comment="When, UTC")
    by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="The therapist")

    class Meta:
        db_table_comment = "Exercises that were looked at"
        indexes = (models.Index(fields=["thread"], name="look_of_entry"),)
