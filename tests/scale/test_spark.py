"""The same kernel on Apache Spark: equal numbers. Needs Java and pyspark; `make scale` installs both and runs it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from holdfast.forecast import parameters
from holdfast.forecast.ahead import forecast_cohort
from holdfast.forecast.batches import QUERY, SPARK_SCHEMA, forecast_batches
from holdfast.forecast.cohort import Cohort
from tests.forecast.events import make_events
from tests.forecast.people import make_random

# Spark says at its start that it has not been tried with the newest pandas; this work does not go through pandas.
pytestmark = [
    pytest.mark.scale,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]

RECORDS = [make_random(np.random.default_rng(seed)) for seed in range(200)]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "5")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_query_when_run_on_spark_then_gives_the_numbers_of_the_library(spark: Any, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(make_events(RECORDS), tmp_path / "events.parquet")
    spark.read.parquet(str(tmp_path / "events.parquet")).createOrReplaceTempView("events")
    by_person = spark.sql(QUERY).repartition("person").sortWithinPartitions("person")
    rows = sorted(by_person.mapInArrow(forecast_batches, SPARK_SCHEMA).collect(), key=lambda row: row.person)
    expected = forecast_cohort(Cohort.of(RECORDS), parameters.load())
    assert [row.person for row in rows] == [f"p{place:03}" for place in range(len(RECORDS))]
    for name in ("latent_mean", "latent_sd", "p_relapse_by", "log_likelihood"):
        found = np.array([row[name] for row in rows])
        np.testing.assert_allclose(found, getattr(expected, name), rtol=0, atol=1e-12, err_msg=name)
