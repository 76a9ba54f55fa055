"""What the clinic rules say, as tables a clinician can read and sign: facts in, stage or suggestion out."""
