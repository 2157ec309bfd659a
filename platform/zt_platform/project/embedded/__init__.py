"""PostgreSQL, Valkey and an S3 server from pip wheels, for development, demonstration and tests.

Each is a plain child process on loopback that dies with its parent (``PR_SET_PDEATHSIG``), also when the parent is
killed with SIGKILL. A service that the environment names (``DATABASE_URL``, …) is not started.
"""
