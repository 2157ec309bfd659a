"""Proof: what crossed about a case can be shown to anybody, and checked by anybody, without us.

``heads`` closes a day of a centre's message log under one Merkle root and sends it to a witness, whose receipt is the
countersignature. ``collect`` takes what concerns one subject out of the log, with its audit paths. ``bundle`` is the
file, ``verify`` checks it offline: it needs neither database nor network nor settings.
"""
