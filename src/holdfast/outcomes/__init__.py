"""What became of a person: response, remission, recovery, relapse, each defined once."""
