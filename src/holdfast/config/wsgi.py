"""Server entry: `granian --interface wsgi holdfast.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.config.settings")

application = get_wsgi_application()
