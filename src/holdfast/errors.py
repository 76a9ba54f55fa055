"""Errors whose text is safe to show: they name what, where and what would be right, never a patient."""

from dataclasses import dataclass


class HoldfastError(Exception):
    """An error a person may read as it stands; it holds no patient data."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was given.

    `where` is a field, or a row and column; `what` is wrong there; `expected` would be right.
    """

    where: str
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} (expected {self.expected})"


class InvalidInput(HoldfastError):
    """What was given cannot be used; `problems` lists every reason at once, so it can be mended in one go."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class NotAllowed(HoldfastError):
    """The viewer's role or clinic does not permit this."""


class NotFound(HoldfastError):
    """Nothing by that name is there, or nothing the viewer may know of."""


class Conflict(HoldfastError):
    """The record changed in between, or the thing is already done; look again, then decide."""


class DataFileError(HoldfastError):
    """A data file of the library is wrong; names the file and the key."""

    def __init__(self, *, file: str, key: str, what: str) -> None:
        super().__init__(f"{file}: {key}: {what}")
        self.file, self.key, self.what = file, key, what
