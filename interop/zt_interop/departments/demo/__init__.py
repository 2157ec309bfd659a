"""A department's side of the protocol as a small real program: its own key, its own records, questions answered, files
delivered. It is what ``zhengtong department demo`` runs, and what docs/departments.md points a department's programmer to.

It needs no database and reads three files of its folder: ``key.json`` (its private key, made at the first start),
``registry.json`` (whose questions it believes: the province's signed key statements) and ``records.json``.
"""
