"""Published results the simulation is held against: the facts, the statistics, the report."""
