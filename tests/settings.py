"""Settings of the tests: those of the product, with an environment of their own.

pytest reads them before any conftest. What stands in the caller's environment is put aside, so that a test
run on a clinic's own machine can never reach its database or its key.
"""

import os

for _name in [name for name in os.environ if name.startswith("HOLDFAST_") and "_TEST_" not in name]:
    if _name != "HOLDFAST_SCREENSHOTS":
        del os.environ[_name]
os.environ["HOLDFAST_DATABASE_URL"] = os.environ.get("HOLDFAST_TEST_DATABASE_URL", "sqlite://:memory:")
os.environ["HOLDFAST_SECRET_KEY"] = "for the tests alone, and worth nothing to anyone"

from holdfast.config.settings import *  # noqa: E402, F403

# A password hash that is slow on purpose would be most of the time that the tests take.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
