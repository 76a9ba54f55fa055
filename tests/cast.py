"""The people that every page is tried by, at two sites."""

from dataclasses import dataclass

from django.test import Client

from holdfast.access import Role, Viewer
from tests import make


@dataclass(frozen=True)
class Cast:
    """Ada is in care at the harbour with her therapist Dr Bell, Nurse Okoro and the prescriber Dr Rivera.

    Ben is another patient there. Mo leads the programme, Sam is the administrator. Dr Stone works at another site,
    where Cleo is a patient.
    """

    ada: Viewer
    ben: Viewer
    bell: Viewer
    okoro: Viewer
    rivera: Viewer
    mo: Viewer
    sam: Viewer
    stone: Viewer
    adas_episode: int
    bens_episode: int
    cleos_episode: int

    @property
    def everyone(self) -> dict[str, Viewer]:
        """Each person with a log-in, by name."""
        names = ("ada", "ben", "bell", "okoro", "rivera", "mo", "sam", "stone")
        return {name: getattr(self, name) for name in names}


def assemble() -> Cast:
    """Both sites with everyone in them; needs a database."""
    harbour, inland = make.make_clinic("harbour"), make.make_clinic("inland")
    okoro = make.make_account(Role.NURSE, clinic_id=harbour, username="okoro", name="Nurse Okoro")
    stone = make.make_account(Role.PRESCRIBER, clinic_id=inland, username="stone", name="Dr Stone")
    adas = make.make_episode(by=okoro, code="H-001", name="Ada Alder")
    bens = make.make_episode(by=okoro, code="H-002", name="Ben Birch")
    return Cast(
        ada=make.make_account(Role.PATIENT, clinic_id=harbour, username="ada", patient_id=patient_of(adas)),
        ben=make.make_account(Role.PATIENT, clinic_id=harbour, username="ben", patient_id=patient_of(bens)),
        bell=make.make_account(Role.THERAPIST, clinic_id=harbour, username="bell", name="Dr Bell"),
        okoro=okoro,
        rivera=make.make_account(Role.PRESCRIBER, clinic_id=harbour, username="rivera", name="Dr Rivera"),
        mo=make.make_account(Role.LEAD, clinic_id=harbour, username="mo", name="Mo"),
        sam=make.make_account(Role.ADMINISTRATOR, clinic_id=harbour, username="sam", name="Sam"),
        stone=stone,
        adas_episode=adas,
        bens_episode=bens,
        cleos_episode=make.make_episode(by=stone, code="I-001", name="Cleo Cedar"),
    )


def patient_of(episode_id: int) -> int:
    """Whose episode it is."""
    from holdfast.records.models import Episode

    return Episode.objects.values_list("patient_id", flat=True).get(pk=episode_id)


def logged_in(viewer: Viewer | None) -> Client:
    """A browser with that person logged in, or nobody."""
    from holdfast.records.models import Account

    browser = Client()
    if viewer is not None:
        account = Account.objects.get(pk=viewer.account_id)
        browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return browser
