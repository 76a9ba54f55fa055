"""The one place where it is decided which rows a viewer may reach."""

import uuid

from django.db.models import QuerySet

from holdfast.access import Permission, Role, Viewer, may
from holdfast.errors import NotFound
from holdfast.records.models import Alert, Episode, InfusionCourse, InfusionVisit


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


def infusion_course(viewer: Viewer, course_id: int) -> InfusionCourse:
    """The course of infusions with its episode, or `NotFound`. A patient reaches their own through their own pages."""
    if may(viewer, Permission.SEE_INFUSIONS):
        rows = InfusionCourse.current.filter(episode__in=episodes(viewer), pk=course_id)
        found: InfusionCourse | None = rows.select_related("episode__patient").first()
        if found is not None:
            return found
    raise NotFound("no such course of infusions in your clinic")


def visit(viewer: Viewer, uid: uuid.UUID) -> InfusionVisit:
    """The visit for an infusion with its episode, booking and order, or `NotFound`."""
    if may(viewer, Permission.SEE_INFUSIONS):
        rows = InfusionVisit.current.filter(episode__in=episodes(viewer), uid=uid)
        related = ("episode__patient", "booking__course")
        found: InfusionVisit | None = rows.select_related(*related).first()
        if found is not None:
            return found
    raise NotFound("no such visit in your clinic")
