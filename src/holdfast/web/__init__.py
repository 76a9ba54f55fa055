"""Pages for patients and staff, rendered on the server.

The root of the templates is this folder: `parts/base.html`, `patient/today.html`.
"""
