"""Settings of the tests: those of the product, with an environment of their own.

pytest reads them before any conftest. What stands in the caller's environment is put aside, so that a test
run on a clinic's own machine can never reach its database or its key.
"""

import os

_OF_THE_TESTS = ("HOLDFAST_TEST_DATABASE_URL", "HOLDFAST_SCREENSHOTS")

for _name in list(os.environ):
    if _name.startswith("HOLDFAST_") and _name not in _OF_THE_TESTS:
        del os.environ[_name]
os.environ["HOLDFAST_DATABASE_URL"] = os.environ.get("HOLDFAST_TEST_DATABASE_URL", "sqlite://:memory:")
os.environ["HOLDFAST_NOTES_KEYS"] = "Zm9yIHRoZSB0ZXN0cyBhbG9uZSwgd29ydGggbm90aGk="
os.environ["HOLDFAST_SECRET_KEY"] = "for the tests alone, and worth nothing to anyone"

from holdfast.config.settings import *  # noqa: E402, F403

# A password hash that is slow on purpose would be most of the time that the tests take.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
