"""Mail to staff. A notice names a number, never a patient or an answer."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.mail import send_mail

logger = logging.getLogger(__name__)


def alert_notice(*, to: str, number: int, due_at: datetime, zone: str) -> None:
    """Tell the owner that an alert waits. Without an address the log says so: the alert itself is in the inbox."""
    if not to:
        logger.warning("alert %s has an owner without an e-mail address", number)
        return
    due = due_at.astimezone(ZoneInfo(zone))
    send_mail(
        subject=f"Holdfast: safety alert {number} waits for you",
        message=f"Please log in and answer alert {number} by {due:%d %B %Y, %H:%M %Z}.",
        from_email=None,
        recipient_list=[to],
    )
