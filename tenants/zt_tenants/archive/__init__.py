"""Backup of one centre: everything it owns in one file, by COPY, in seconds; restored whole or not at all."""

from zt_tenants.archive.export import ObjectLine, ObjectStore, export_centre
from zt_tenants.archive.manifest import Manifest
from zt_tenants.archive.restore import Place, Restored, import_centre, inspect_archive
from zt_tenants.archive.tables import SharedTable

__all__ = [
    "Manifest",
    "ObjectLine",
    "ObjectStore",
    "Place",
    "Restored",
    "SharedTable",
    "export_centre",
    "import_centre",
    "inspect_archive",
]
