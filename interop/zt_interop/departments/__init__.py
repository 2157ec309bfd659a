"""Data services of departments: rights, calls, adapters (``http_json``, ``file_drop``). See docs/departments.md."""
