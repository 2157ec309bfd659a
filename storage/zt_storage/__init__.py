"""Attachments in S3: upload tickets, digests, copies between centres."""
