"""Log in, log out, and the way to the first page of each role."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from holdfast.access import Role
from holdfast.care.accounts import DEMO_PASSWORD
from holdfast.records.queries import clinic

LONGEST_NAME = 150
"""Characters of a user name, as the record keeps it."""

FIRST_PAGE = {Role.PATIENT: "today", Role.ADMINISTRATOR: "accounts"}
"""Where a role lands after log-in; everyone else opens the caseload: who needs attention comes first."""


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; what was typed as the name stays when they do not fit."""
    username = request.POST.get("username", "").strip().lower()
    failed = False
    if request.method == "POST":
        password = request.POST.get("password", "")
        # No account has such a name, and not every database takes it in a question.
        possible = "\0" not in username + password and len(username) <= LONGEST_NAME
        user = authenticate(request, username=username, password=password) if possible else None
        if user is not None:
            login(request, user)
            return redirect(_next(request) or "home")
        failed = True
    context = {
        "username": username,
        "failed": failed,
        "next": _next(request),
        "demo_accounts": clinic.demo_accounts() if settings.DEMO else (),
        "demo_password": DEMO_PASSWORD if settings.DEMO else "",
    }
    return render(request, "log_in.html", context, status=401 if failed else 200)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("log_in")


def home(request: HttpRequest) -> HttpResponse:
    """Send everyone to the first page of their role."""
    if not request.user.is_authenticated:
        return redirect("log_in")
    role = request.user.viewer.role
    return redirect(FIRST_PAGE.get(role, "caseload"))


def locked_out(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """Say that the account rests for a while after too many failed tries from this address."""
    return render(request, "log_in.html", {"username": "", "locked": True}, status=429)


def _next(request: HttpRequest) -> str:
    """The page asked for before log-in, when it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else ""
