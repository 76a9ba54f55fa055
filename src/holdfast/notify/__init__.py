"""Ways to reach a person: one file per channel, no decisions."""
