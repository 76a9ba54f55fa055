"""The browser of the tests: found, or installed, and shown to start.

`python -m tests.browser.chromium` is what `make test` asks before the first test: a machine without a working
Chromium gets one, or one clear line and a failure. Browser tests are never skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_CHECKOUT = Path(__file__).parents[2]
# The driver of playwright needs libatomic, which a small Debian does not have.
_DEBIAN_PACKAGES = ("chromium", "libatomic1")


def launch(playwright: Playwright) -> Browser:
    """A browser without a window: the first of those on the machine that starts."""
    failures = []
    for executable in _candidates():
        try:
            return playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        except Error as error:
            failures.append(f"{executable or 'the browser of playwright'}: {error.message}")
    raise RuntimeError("no Chromium starts\n" + "\n".join(failures))


def _candidates() -> list[str | None]:
    """What CHROMIUM names and nothing else, or what is on the PATH and then, as None, playwright's own."""
    named = os.environ.get("CHROMIUM")
    return [named] if named else [*filter(None, map(shutil.which, _NAMES)), None]


def main() -> None:
    """Say which browser the tests use, installing one when none starts; exit non-zero when that fails too."""
    version = _version()
    if not version:
        _install()
        version = _version()
    if not version:
        sys.exit(
            "holdfast: the browser tests need Chromium, and none could be started or installed. "
            "Install it (Debian: apt-get install chromium libatomic1) or name it: CHROMIUM=/path/to/chromium"
        )
    print(f"==> Browser of the tests: Chromium {version}")


def _version() -> str:
    """Version of the browser, learned by starting it; empty when none starts."""
    # In a process of its own: without libatomic the driver dies in a way that this one would not get over.
    program = "from tests.browser.chromium import started_version; print(started_version())"
    asked = subprocess.run([sys.executable, "-c", program], cwd=_CHECKOUT, capture_output=True, check=False)
    return asked.stdout.decode().strip() if asked.returncode == 0 else ""


def started_version() -> str:
    """Start the browser, load an empty page and give the browser's version."""
    with sync_playwright() as playwright, launch(playwright) as browser:
        browser.new_page().goto("about:blank")
        return browser.version


def _install() -> None:
    print("==> No Chromium that starts was found: installing it, which takes a minute or two", flush=True)
    debian = [_CHECKOUT / "tools" / "system-packages", *_DEBIAN_PACKAGES]
    if subprocess.run(debian, check=False).returncode != 0:
        print("==> Not by apt-get: trying playwright's own", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    main()
