"""Tasks of inspect-ai, each a module with functions that give a `Task`."""
