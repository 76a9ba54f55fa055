"""Every page as its readers see it: no accessibility rule broken, light and dark, on a phone and on a laptop."""

import pytest
from playwright.sync_api import Page

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = pytest.mark.pages

PATIENT = (
    "/today/", "/my-course/", "/help/", "/my-therapy/", "/my-therapy/so-far/", "/my-plans/staying_safe/",
    "/my-plans/staying_well/", "/my-choice/", "/my-group/", "/who-sees-what/", "/my-infusions/", "/calendar-feed/",
)  # fmt: skip
CLINICIAN = (
    "/caseload/", "/alerts/", "/patients/new/", "/calendar-feed/", "/infusions/limits/ketamine_iv/",
    "/infusions/calendar/", "/infusions/calendar/?view=week", "/infusions/chairs/", "/infusions/today/",
)  # fmt: skip
PROTOCOLS = (
    "/therapies/", "/therapies/dbt/", "/therapies/cbt/sessions/cbt-01/",
    "/therapies/cbt/exercises/cbt.thought_record/", "/groups/",
)  # fmt: skip
OF_A_PERSON = {
    Role.NURSE: (
        "", "infusion/", "score/", "assessment/", "close/", "resistance/", "weight/", "eligibility/ketamine_iv/",
        "consent/ketamine_iv/", "safety-review/ketamine_iv/", "infusions/", "infusions/start/",
        "adverse-event/",
    ),
    Role.THERAPIST: ("session/", "therapy/", "choose-therapy/", "what-if/"),
}  # fmt: skip
OF_A_VISIT = ("", "sheet/", "drug/", "going-home/", "instructions/", "summary/")
OF_A_COURSE = ("", "book/", "order/", "spacing/", "review/")
KILOBYTES = {Role.PATIENT: 150, Role.NURSE: 300}


def everyone_sees(page: Page, role: Role) -> list[str]:
    """Addresses of the pages of that role; for clinicians with those of the first person of the caseload."""
    if role is Role.PATIENT:
        return list(PATIENT)
    if role is Role.ADMINISTRATOR:
        return ["/accounts/"]
    if role is Role.LEAD:
        return ["/programme/forecast/"]
    if role is Role.PRESCRIBER:
        course = a_course(page)
        return [*(f"{course}{part}" for part in OF_A_COURSE), its_order(page, course)]
    person = page.locator("tbody th a").first.get_attribute("href")
    own = [f"{person}{part}" for part in OF_A_PERSON[role]]
    if role is Role.THERAPIST:
        return [*PROTOCOLS, *own]
    return [*CLINICIAN, *own, *(f"{a_visit(page)}{part}" for part in OF_A_VISIT)]


def a_visit(page: Page) -> str:
    """Address of the visit that the newest line of the register is of."""
    page.goto("/infusions/register/ketamine_iv/")
    address = page.get_by_role("cell", name="D-").get_by_role("link").first.get_attribute("href")
    assert address is not None
    return address.removesuffix("drug/")


def a_course(page: Page) -> str:
    """Address of a course of infusions that is in the calendar of this week."""
    page.goto("/infusions/calendar/?view=week")
    return _address(page, "/infusions/courses/")


def its_order(page: Page, course: str) -> str:
    """Address of the order in force of a course."""
    page.goto(course)
    return _address(page, "/infusions/orders/")


def _address(page: Page, begins: str) -> str:
    address = page.locator(f"main a[href^='{begins}']").first.get_attribute("href")
    assert address is not None
    return address


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("role", list(Role))
def test_page_when_opened_then_breaks_no_accessibility_rule_and_fits_its_width(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    role: Role,
    width: int,
    theme: str,
) -> None:
    page = page_at(width, theme)
    if role is Role.PATIENT:
        page.goto("/log-in/")
        axe(page)
        screenshot(page, f"log-in-{width}-{theme}")
    sign_in(page, role)
    for address in everyone_sees(page, role):
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} runs off the side"
        screenshot(page, f"{role.value}{address.replace('/', '-')}{width}-{theme}")


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE])
def test_first_page_when_opened_for_the_first_time_then_is_light(
    page_at: PageAt, sign_in: SignIn, role: Role
) -> None:
    page, sizes = page_at(390, "light"), []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()))
    sign_in(page, role)
    page.wait_for_load_state("networkidle")
    transferred = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert 5_000 < transferred < 1000 * KILOBYTES[role]


@pytest.mark.parametrize("width", [320, 390])
def test_patient_page_when_on_a_small_phone_then_help_is_in_sight(
    page_at: PageAt, sign_in: SignIn, width: int
) -> None:
    page = page_at(width, "light")
    sign_in(page, Role.PATIENT)
    for address in PATIENT[:2]:
        page.goto(address)
        help_now = page.get_by_role("link", name="Help now")
        box = help_now.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["y"] + box["height"] <= page.viewport_size["height"]  # type: ignore[index]
