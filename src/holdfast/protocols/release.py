"""A therapy as a running course keeps it: its whole content as plain values, and the digest that names it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

from pydantic import BaseModel, ValidationError

from holdfast.errors import DataFileError
from holdfast.protocols.therapy import Therapy


def content(therapy: Therapy) -> dict[str, Any]:
    """Everything the therapy says, sessions and exercises included, as values that JSON can hold."""
    return {name: _plain(getattr(therapy, name)) for name in type(therapy).model_fields}


def digest(therapy: Therapy) -> str:
    """What names this very content: SHA-256 over its JSON, keys in order. One changed word gives another digest."""
    canonical = json.dumps(content(therapy), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def from_content(kept: Mapping[str, Any]) -> Therapy:
    """The therapy of a kept content. Errors: `DataFileError` naming the key that does not fit."""
    try:
        return Therapy.model_validate(dict(kept))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole content)"
        file = f"kept content of {kept.get('slug')} {kept.get('version')}"
        raise DataFileError(file=file, key=key, what=first["msg"]) from error


def _plain(value: Any) -> Any:
    match value:
        case BaseModel():
            return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return value
