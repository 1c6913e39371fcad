"""Flags: from what a user writes to what a command gets."""
