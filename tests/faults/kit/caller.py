"""A client of a site's gateway over HTTP, with a session, that is told when the connection broke off."""

from __future__ import annotations

import http.client
import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

SIGN_IN = "mutation($u: String!, $p: String!) { signIn(username: $u, password: $p) { me { username } } }"


class Caller:
    """One person's program."""

    def __init__(self, url: str, centre: str) -> None:
        self._netloc, self._centre = urlsplit(url).netloc, f"/c/{centre}"
        self._cookies: dict[str, str] = {}

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's body.

        Raises:
            OSError, http.client.HTTPException: nobody answered; what was asked may have been done or not.
        """
        body = json.dumps({"query": query, "variables": variables})
        _, answer = self._request("POST", f"{self._centre}/graphql", body)
        return dict(json.loads(answer))

    def page(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the centre; redirects are not followed."""
        status, answer = self._request("GET", self._centre + path)
        return status, answer.decode()

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._netloc, timeout=60)
        try:
            connection.request(
                method,
                path,
                body=body,
                headers={
                    "Content-Type": "application/json",
                    "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                    "X-CSRFToken": self._cookies.get("csrftoken", ""),
                    "Referer": f"http://{self._netloc}/",
                },
            )
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self._cookies.update({key: morsel.value for key, morsel in SimpleCookie(value).items()})
            return answer.status, answer.read()
        finally:
            connection.close()

    def sign_in(self, username: str, password: str) -> None:
        """Open a session."""
        self.answered(SIGN_IN, u=username, p=password)

    def answered(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        body = self.ask(query, **variables)
        assert "errors" not in body, body["errors"]
        return dict(body["data"])
