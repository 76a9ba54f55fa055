"""Makes what tests of the infusion side need, through the verbs a clinic uses; one file per part of the work."""
