"""expectations/*.yml as data (pure but for reading the files)."""

from pathlib import Path

from deploy.lab.errors import LabError
from exporter.typed_yaml import ConfigError, load
from tests.trials.matrix.expectations import Expectation, Expectations

FOLDER = Path(__file__).with_name("expectations")


def of(shape: str) -> tuple[Expectation, ...]:
    try:
        return load(Expectations, FOLDER / f"{shape}.yml").faults
    except ConfigError as error:
        raise LabError(str(error)) from None
