"""The thresholds that hold at a site: what it has signed for itself, over what the protocol says."""

from types import MappingProxyType

from holdfast.pathway.limits import SiteLimits, threshold
from holdfast.records.models import ThresholdSetting


def of_clinic(clinic_id: int, *, treatment: str) -> SiteLimits:
    """The limits of a treatment at a clinic, as of now. One query.

    The newest row of a name holds; a row without a value sets back to the protocol's. A setting the protocol no longer
    allows falls away, so that a new version of the protocol is never loosened by an old signature.
    """
    rows = ThresholdSetting.current.filter(clinic_id=clinic_id, treatment=treatment)
    newest = {row.name: row for row in rows.select_related("recorded_by").order_by("happened_at", "pk")}
    settings = {}
    for name, row in newest.items():
        shipped = threshold(name, treatment=treatment)
        if row.value is None or shipped.lowest is None or shipped.highest is None:
            continue
        if shipped.lowest <= row.value <= shipped.highest:
            who = f"{row.recorded_by.name}, {row.happened_at:%Y-%m-%d}: {row.reason}"
            settings[name] = shipped.model_copy(update={"value": row.value, "set_by": who})
    return SiteLimits(treatment, MappingProxyType(settings))
