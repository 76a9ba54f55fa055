"""Settings, site map root and server entry: the only reader of the environment."""
