"""Pages as people meet them: Chromium against a running clinic."""
