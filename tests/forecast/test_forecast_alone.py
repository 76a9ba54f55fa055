"""A statistician can import and use the forecast with nothing of Django, and importing it compiles nothing."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"

USE_WITHOUT_DJANGO = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("import of django")

sys.meta_path.insert(0, Blocked())
import holdfast.forecast
from holdfast.forecast import ahead, cohort, filtering, model, parameters, simulate
print("numba" in sys.modules, "scipy.stats" in sys.modules)
holdfast.forecast.warm()
record = model.Record(
    scores=(model.ScoreEvent(0, "phq9", 20), model.ScoreEvent(7, "phq9", 12)), as_of_day=7
)
print(ahead.forecast(filtering.filter_record(record, parameters.load())).scores("phq9").median.shape)
print("django" in sys.modules)
"""


def test_forecast_when_django_is_blocked_then_works_and_importing_it_loads_no_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", USE_WITHOUT_DJANGO],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n") == ["False False", "(85,)", "False", ""]
