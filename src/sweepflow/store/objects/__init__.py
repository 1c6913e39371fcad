"""Bytes named by their SHA-256 digest: files and folders that are stored once."""

from sweepflow.store.objects.damage import Damage
from sweepflow.store.objects.garbage import Collected
from sweepflow.store.objects.manifest import Entry, File, Folder, Link
from sweepflow.store.objects.store import ObjectStore, Stored

__all__ = [
    "Collected",
    "Damage",
    "Entry",
    "File",
    "Folder",
    "Link",
    "ObjectStore",
    "Stored",
]
