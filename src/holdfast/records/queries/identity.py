"""What people are called now: the newest current details of each. Callers have judged whom the viewer may see."""

from collections.abc import Collection, Mapping

from holdfast.records.models import PatientDetails


def names(patient_ids: Collection[int]) -> Mapping[int, str]:
    """The name each patient wishes to be called by, by id. One query."""
    rows = PatientDetails.current.filter(patient_id__in=patient_ids).order_by("happened_at", "pk")
    return dict(rows.values_list("patient_id", "name"))


def details(patient_id: int) -> PatientDetails | None:
    """The details that hold now; None where none are on record."""
    rows = PatientDetails.current.filter(patient_id=patient_id).order_by("-happened_at", "-pk")
    newest: PatientDetails | None = rows.first()
    return newest
