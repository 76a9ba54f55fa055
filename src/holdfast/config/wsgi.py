"""Server entry: what each worker serves, with the forecast loaded before its first request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.config.settings")

application = get_wsgi_application()

# Only now: everything below the surfaces needs Django set up.
from holdfast.jobs.serve import warm  # noqa: E402

warm()
