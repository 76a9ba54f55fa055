"""Who signs: the person at the screen once more, or a colleague beside them, each by their own password."""

from django import forms
from django.contrib.auth import authenticate
from django.views.decorators.debug import sensitive_variables

from holdfast.access import Permission, Viewer, may
from holdfast.errors import InvalidInput, Problem
from holdfast.web.page import PageRequest

OWN = "password"
COLLEAGUE = "second signature"
"""Where a signature that does not fit is wrong: the `where` of its problem."""


class PasswordField(forms.CharField):
    """A password to sign with; never shown again, so it is typed anew when something else was wrong."""

    def __init__(self, **options: object) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        super().__init__(widget=widget, strip=False, max_length=200, **options)  # type: ignore[arg-type]


@sensitive_variables("password")
def again(request: PageRequest, password: str) -> None:
    """Make sure it is still the person who logged in. Errors: `InvalidInput` when the password does not fit.

    Failed tries count as those of the log-in do.
    """
    found = _who(request, request.user.get_username(), password)
    if found is None or found.account_id != request.viewer.account_id:
        raise InvalidInput(Problem(OWN, "does not fit", "your own password, to sign"))


@sensitive_variables("password")
def another(request: PageRequest, username: str, password: str, *, permission: Permission) -> Viewer:
    """The colleague who signs beside the viewer: another person of the same clinic who has the permission.

    Errors: `InvalidInput`; which of name and password did not fit is not told apart.
    """
    found = _who(request, username.strip().lower(), password)
    if found is None or found.clinic_id != request.viewer.clinic_id:
        raise InvalidInput(Problem(COLLEAGUE, "does not fit", "a colleague's own name and password"))
    if found.account_id == request.viewer.account_id:
        raise InvalidInput(Problem(COLLEAGUE, "is your own", "someone else's"))
    if not may(found, permission):
        raise InvalidInput(Problem(COLLEAGUE, f"a {found.role} may not sign this", f"who may {permission}"))
    return found


@sensitive_variables("password")
def _who(request: PageRequest, username: str, password: str) -> Viewer | None:
    possible = "\0" not in username + password and len(username) <= 150
    user = authenticate(request, username=username, password=password) if possible else None
    return None if user is None else user.viewer
