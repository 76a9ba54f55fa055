"""The demo clinic as it stands when it has just been made."""
