"""The adapter ``file_drop`` (前置机): what a department leaves in a folder is picked up whole, once, or quarantined.

``<ZT_FILE_DROP>/<folder>/`` has ``incoming`` (the department writes here), ``working`` (one folder a delivery that is
being picked up), ``done`` (manifests of what was taken; the data files are deleted) and ``quarantine`` (what was not
taken, each delivery with ``report.txt`` and ``report.json`` beside it). docs/departments.md is the department's page.
"""
