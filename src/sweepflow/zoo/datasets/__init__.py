"""Datasets, each a module with functions that give a `ChatDataset`."""
