"""Pages for those who treat: the caseload, one person's record, entering what was done, alerts."""
