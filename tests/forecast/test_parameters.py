"""Parameter files: complete, possible, with provenance; a fault names file and key."""

from pathlib import Path

import pytest

from holdfast.errors import DataFileError, NotFound
from holdfast.forecast import parameters
from holdfast.forecast.model import THERAPIES, Population

RELEASE = Path(parameters.__file__).parent / f"{parameters.CURRENT}.toml"


def _changed(folder: Path, old: str, new: str, *, name: str = RELEASE.name) -> Path:
    text = RELEASE.read_text(encoding="utf-8")
    assert old in text
    file = folder / name
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_parameters_when_loaded_then_are_the_current_release_with_provenance() -> None:
    found = parameters.load()
    assert found.release == "routine_care_2"
    assert parameters.releases() == ("drug_free_2", "routine_care_2")
    assert found.population._fields == Population._fields
    assert tuple(found.therapy_effect) == THERAPIES
    assert found.beta.tolist() == list(found.therapy_effect.values())
    assert "not to people's records" in found.provenance.method
    assert len(found.provenance.sources) > 20


def test_contexts_when_compared_then_differ_in_the_durable_response_alone() -> None:
    routine, drug_free = parameters.load("routine_care_2"), parameters.load("drug_free_2")
    differing = {
        name
        for name in Population._fields
        if getattr(routine.population, name) != getattr(drug_free.population, name)
    }
    assert differing == {"mu_s", "tau_s"}
    assert (routine.therapy_effect, routine.leave) == (drug_free.therapy_effect, drug_free.leave)
    assert (routine.conduct, routine.scales) == (drug_free.conduct, drug_free.scales)
    assert routine.population.mu_B + routine.population.d_0 == pytest.approx(32.0, abs=1e-12)


def test_therapies_when_nothing_tells_them_apart_then_none_is_favoured() -> None:
    assert len(set(parameters.load().therapy_effect.values())) == 1


def test_load_when_release_is_unknown_then_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="no parameters 'drug_free_9'; there are drug_free_2, routine_care_2"):
        parameters.load("drug_free_9")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[population.mu_B]",
            "[population.mu_A]",
            "population: mu_A, mu_B: missing, or unknown to the model",
        ),
        ("[therapy_effect.ipt]", "[therapy_effect.emdr]", "therapy_effect: emdr, ipt: missing"),
        ("value = 179.3", "value = -1.0", "outside what the model allows: tau_D"),
        ("value = 0.4854", "value = 1.0", "outside what the model allows: rho"),
        ("value = 0.25", "value = 7.238", "outside what the model allows: tau_on = tau_f"),
        ("value = 0.25", "value = nan", "population.tau_on.value: Input should be a finite number"),
        ("value = 0.25", 'value = "soon"', "population.tau_on.value: Input should be a valid number"),
        ('standing = "fixed"', 'standing = "guessed"', "population.d_0.standing: String should match"),
        ("made_on = 2026-11-26", "", "provenance.made_on: Field required"),
        ("[population.mu_B]", "[population.mu_B]\ncolour = 1", "population.mu_B.colour: Extra inputs"),
        ("[provenance]", "[provenance", "(syntax)"),
        ('release = "routine_care_2"', 'release = "other"', "release: 'other' is not the name of the file"),
    ],
)
def test_file_when_it_has_a_fault_then_the_error_names_file_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(DataFileError) as error:
        parameters.read(_changed(tmp_path, old, new))
    assert str(error.value).startswith(RELEASE.name)
    assert said in str(error.value)
