"""The thresholds that hold at a site: what it has signed for itself, over what the protocol says."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.loader import infusions
from holdfast.records.models import ThresholdSetting

Key = tuple[int, str]
"""A clinic and a treatment."""


def of_clinic(clinic_id: int, *, treatment: str) -> SiteLimits:
    """The limits of a treatment at a clinic, as of now. One query.

    The newest row of a name holds; a row without a value sets back to the protocol's. A setting the protocol no longer
    allows, or no longer has, falls away, so that a new version of the protocol is never loosened by an old signature.
    """
    return of_clinics({clinic_id})[clinic_id, treatment]


def of_clinics(clinic_ids: Collection[int]) -> Mapping[Key, SiteLimits]:
    """As `of_clinic`, for several clinics and every treatment. One query."""
    newest: defaultdict[Key, dict[str, ThresholdSetting]] = defaultdict(dict)
    rows = ThresholdSetting.current.filter(clinic_id__in=clinic_ids).select_related("recorded_by")
    for row in rows.order_by("happened_at", "pk"):
        newest[row.clinic_id, row.treatment][row.name] = row
    return _Limits({key: _settled(key[1], named) for key, named in newest.items()})


class _Limits(dict[Key, SiteLimits]):
    """Limits by clinic and treatment; where a clinic has set nothing, those of the protocol."""

    def __missing__(self, key: Key) -> SiteLimits:
        return SiteLimits(key[1])


def _settled(treatment: str, named: Mapping[str, ThresholdSetting]) -> SiteLimits:
    settings = {}
    for name, row in named.items():
        shipped = infusions(treatment).thresholds.get(name)
        if row.value is None or shipped is None or shipped.lowest is None or shipped.highest is None:
            continue
        if shipped.lowest <= row.value <= shipped.highest:
            who = f"{row.recorded_by.name}, {row.happened_at:%Y-%m-%d}: {row.reason}"
            settings[name] = shipped.model_copy(update={"value": row.value, "set_by": who})
    return SiteLimits(treatment, settings)
