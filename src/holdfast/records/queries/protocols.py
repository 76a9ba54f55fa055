"""Protocols as running courses have them: parsed once, from the library where it still holds the very same."""

from functools import lru_cache

from holdfast.errors import NotFound
from holdfast.protocols import release
from holdfast.protocols.loader import therapies
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import ProtocolRelease


@lru_cache(maxsize=128)
def plan(digest: str) -> Therapy:
    """The therapy with that digest. Errors: `NotFound` when neither library nor record has it."""
    for one in therapies():
        if release.digest(one) == digest:
            return one
    content = ProtocolRelease.objects.filter(digest=digest).values_list("content", flat=True).first()
    if content is None:
        raise NotFound(f"no protocol with digest {digest[:12]}")
    return release.from_content(content)
