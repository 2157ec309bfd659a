"""Keys of this deployment: from the environment, or made on the first run and kept in the data folder (mode 0600)."""

from __future__ import annotations

import base64
import json
import os
import secrets as random_secrets
from pathlib import Path

NAMES = ("ZT_SECRET_KEY", "ZT_VAULT_KEYS", "ZT_INDEX_KEY", "S3_ACCESS_KEY", "S3_SECRET_KEY")


class SecretsMissing(RuntimeError):
    """A production deployment must name its keys."""


def data_home() -> Path:
    """The data folder: ``ZT_HOME``, else ``.local`` in the checkout (or in the current folder when installed)."""
    named = os.environ.get("ZT_HOME")
    if named:
        return Path(named).expanduser().resolve()
    checkout = Path(__file__).resolve().parents[3]
    base = checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
    return base / ".local"


def load_secrets(home: Path) -> dict[str, str]:
    """The keys by name; those that the environment lacks are made once.

    Raises:
        SecretsMissing: ``ZT_PRODUCTION`` is set and the environment lacks one.
    """
    found = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    missing = [name for name in NAMES if name not in found]
    if not missing:
        return found
    if os.environ.get("ZT_PRODUCTION"):
        raise SecretsMissing(f"set {', '.join(missing)} in the environment: production makes no keys of its own")
    store = home / "secrets.json"
    if not store.exists():
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(store, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as sink:
            json.dump(_new_secrets(), sink, indent=1)
    return {**json.loads(store.read_text()), **found}


def _new_secrets() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(random_secrets.token_bytes(32)).decode()

    return {
        "ZT_SECRET_KEY": random_secrets.token_urlsafe(48),
        "ZT_VAULT_KEYS": f"k1:{key()}",
        "ZT_INDEX_KEY": key(),
        "S3_ACCESS_KEY": "zt" + random_secrets.token_hex(8),
        "S3_SECRET_KEY": random_secrets.token_urlsafe(30),
    }


def vault_keys(text: str) -> dict[str, bytes]:
    """``"k2:BASE64,k1:BASE64"`` as an ordered mapping; the first one seals new data."""
    pairs = (part.split(":", 1) for part in text.split(",") if part)
    return {name.strip(): base64.b64decode(value) for name, value in pairs}
