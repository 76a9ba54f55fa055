"""Pieces that pages are made of: template parts beside this file, and charts drawn by pure functions."""
