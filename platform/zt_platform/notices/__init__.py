"""Notices: what an applicant is told as the case goes on, as a site message and as a text message (L-07, E-25, F-06)."""
