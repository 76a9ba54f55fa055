"""The links of scores to severity: those taken over, and those derived, computed again from what they rest on."""

import numpy as np
import pytest

from holdfast.errors import InvalidInput
from holdfast.forecast.scales import scale, scale_of
from holdfast.instruments.loader import all_instruments, load
from holdfast.instruments.model import SeverityLink

QIDS_TO_HRSD17 = {
    0: (0, 0), 1: (1, 2), 2: (3, 3), 3: (4, 4), 4: (5, 6), 5: (7, 7), 6: (8, 8), 7: (9, 10), 8: (11, 11),
    9: (12, 12), 10: (13, 13), 11: (14, 15), 12: (16, 16), 13: (17, 17), 14: (18, 19), 15: (18, 19),
    16: (20, 20), 17: (21, 22), 18: (23, 23), 19: (24, 24), 20: (25, 25), 21: (26, 27), 22: (28, 28),
    23: (29, 29), 24: (30, 31), 25: (32, 32), 26: (33, 35),
}  # fmt: skip
"""ids-qids.org, interpretation table; 27 is left out as its entry, 36 to 52, is open-ended."""

CARMODY_2006 = {7.5: 5.0, 21.9: 12.5, 31.9: 17.6}
"""MADRS to QIDS-SR16 in treatment-resistant depression, doi:10.1016/j.jad.2006.03.024."""


def _link(slug: str) -> SeverityLink:
    link = load(slug).link
    assert link is not None
    return link


def _at(slug: str, severity: float) -> float:
    return _link(slug).intercept + _link(slug).slope * severity


def test_links_when_listed_then_only_depression_scales_have_one() -> None:
    links = {slug: one.link for slug, one in all_instruments().items() if one.link is not None}
    assert {slug: (link.intercept, link.slope, link.noise_sd) for slug, link in links.items()} == {
        "bdi2": (-0.05, 0.909, 3.1),
        "hamd17": (1.83, 0.646, 2.5),
        "madrs": (0.0, 1.0, 3.0),
        "phq9": (-0.2, 0.60, 2.3),
        "qids_sr16": (1.1, 0.515, 2.0),
    }


def test_links_when_not_tested_on_people_then_they_are_shown_as_site_defaults() -> None:
    assert {one.link.source.cited[:13] for one in all_instruments().values() if one.link} == {"Site default:"}


def test_qids_link_when_compared_with_the_published_pairs_then_it_is_within_a_tenth() -> None:
    assert {madrs: _at("qids_sr16", madrs) for madrs in CARMODY_2006} == pytest.approx(CARMODY_2006, abs=0.15)


def test_hamd17_link_when_derived_again_from_the_table_then_it_is_the_same() -> None:
    middles = [sum(entry) / 2 for entry in QIDS_TO_HRSD17.values()]
    slope, intercept = np.polyfit(list(QIDS_TO_HRSD17), middles, 1)
    qids, hamd = _link("qids_sr16"), _link("hamd17")
    assert hamd.intercept == pytest.approx(intercept + slope * qids.intercept, abs=0.005)
    assert hamd.slope == pytest.approx(slope * qids.slope, abs=0.0005)
    assert hamd.noise_sd == pytest.approx(slope * qids.noise_sd, abs=0.05)


def test_hamd17_link_when_at_the_relapse_threshold_of_the_madrs_then_it_gives_its_own() -> None:
    assert _at("hamd17", 22) == pytest.approx(load("hamd17").cutoffs.relapse_at_least, abs=0.1)


def test_bdi2_link_when_derived_again_from_the_pairs_of_cutoffs_then_it_is_the_same() -> None:
    slope = (19.5 - 9.5) / (21.5 - 10.5)
    phq9, bdi2 = _link("phq9"), _link("bdi2")
    assert bdi2.slope == pytest.approx(slope, abs=0.0005)
    assert bdi2.intercept == pytest.approx(9.5 - slope * 10.5, abs=0.005)
    assert bdi2.noise_sd == pytest.approx(phq9.noise_sd / phq9.slope * 6.0 / 6.7 * slope, abs=0.05)


def test_forecast_when_asked_of_a_scale_without_a_link_then_says_that_too_little_is_known() -> None:
    with pytest.raises(InvalidInput) as error:
        scale_of("core10")
    assert str(error.value) == (
        "instrument: 'core10' has no link to severity: too little is known to forecast it "
        "(expected one of bdi2, hamd17, madrs, phq9, qids_sr16)"
    )


def test_link_when_fitted_for_a_scale_that_tells_no_response_then_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        scale("wai_sr", intercept=12.0, slope=1.0, noise_sd=3.0)
    assert str(error.value) == (
        "link.wai_sr: too little is known to forecast WAI-SR: its file does not say what a response is "
        "(expected an instrument with response_fall_percent)"
    )
