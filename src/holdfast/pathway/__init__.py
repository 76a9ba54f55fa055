"""Where an episode stands and what could be done next, derived from the facts every time."""
