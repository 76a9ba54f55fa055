"""Work on whole files and whole clinics: what the command line and the nightly timer run."""
