"""Where the synthetic clinic is kept unless another place is named; needs no settings yet."""

from pathlib import Path
from urllib.parse import quote


def address(named: str | None) -> str:
    """The database address as named, or that of var/demo.sqlite3 where the command is given."""
    if named is not None:
        return named
    folder = Path.cwd() / "var"
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{quote(str(folder / 'demo.sqlite3'))}"
