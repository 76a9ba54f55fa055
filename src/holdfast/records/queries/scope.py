"""The one place where it is decided which rows a viewer may reach."""

from django.db.models import QuerySet

from holdfast.access import Permission, Role, Viewer, may
from holdfast.errors import NotFound
from holdfast.records.models import Alert, Episode


# H-007: every read and every verb reaches an episode through here, and nowhere else.
def episodes(viewer: Viewer) -> QuerySet[Episode]:
    """Episodes the viewer may open: a patient's own; for clinical staff, those of their clinic; else none."""
    if viewer.role is Role.PATIENT and viewer.patient_id is not None:
        return Episode.objects.filter(patient_id=viewer.patient_id)
    if may(viewer, Permission.SEE_RECORD):
        return Episode.objects.filter(patient__clinic_id=viewer.clinic_id)
    return Episode.objects.none()


def episode(viewer: Viewer, episode_id: int) -> Episode:
    """The episode, or `NotFound`: whether it does not exist or is not theirs to know of is not told apart."""
    row = episodes(viewer).select_related("patient").filter(pk=episode_id).first()
    if row is None:
        raise NotFound("no such episode in your clinic")
    return row


def alerts(viewer: Viewer) -> QuerySet[Alert]:
    """Alerts the viewer may answer: those of their clinic, for clinical staff alone."""
    if not may(viewer, Permission.ANSWER_ALERT):
        return Alert.objects.none()
    return Alert.objects.filter(episode__patient__clinic_id=viewer.clinic_id)
