"""Pages for those who run the clinic."""
