"""H-008: the synthetic clinic and real people are never in one database."""

import pytest

from holdfast.care import accounts
from holdfast.errors import Conflict
from holdfast.jobs import demo_clinic, serve
from holdfast.records.models import AuditEvent, Clinic
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fresh", [False, True])
def test_demo_when_the_database_holds_a_real_clinic_is_refused_and_changes_nothing(fresh: bool) -> None:
    make.make_clinic()
    before = AuditEvent.objects.count()
    with pytest.raises(Conflict, match="real people"):
        demo_clinic.demonstrate(port=0, fresh=fresh, stay=False)
    assert [clinic.slug for clinic in Clinic.objects.all()] == ["harbour"]
    assert AuditEvent.objects.count() == before


def test_serve_when_the_database_holds_the_synthetic_clinic_is_refused() -> None:
    accounts.open_clinic(slug="demo", name="Demo", zone="UTC", at=make.NOW, is_demo=True)
    with pytest.raises(Conflict, match="synthetic"):
        serve.serve(host="127.0.0.1", port=0, workers=1)
