"""Errors as the client sees them: problem+json (RFC 9457). What went wrong inside stands in the log, never here."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from homesec.api.headers import dress
from homesec.api.schemas.common import Problem
from homesec.errors import (
    Conflict,
    Forbidden,
    HomesecError,
    InvalidInput,
    NotFound,
    Stale,
    Unauthorized,
    Unavailable,
    UploadAway,
    UploadChanged,
    UploadRejected,
)

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5  # what a client is told to wait while a part is away: about what a restart takes

_STATUS: Mapping[type[HomesecError], int] = {
    NotFound: 404,
    Stale: 412,
    Conflict: 409,
    InvalidInput: 422,
    Unauthorized: 401,
    Forbidden: 403,
    UploadRejected: 422,
    UploadChanged: 410,
    UploadAway: 503,
    Unavailable: 503,
}

log = logging.getLogger(__name__)


class TooLarge(HTTPException):
    """More bytes than are taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"At most {limit} bytes are taken.")


def problem(
    request_id: str,
    status: int,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for one error."""
    phrase = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": detail or HTTPStatus(status).description or phrase,
        "instance": request_id,
        "errors": errors or [],
    }
    more = dict(headers or {})
    if status == 401:
        more.setdefault("WWW-Authenticate", "Bearer")
    if status == 503:
        more.setdefault("Retry-After", str(RETRY_S))
    return Response(json.dumps(body), status, more, MEDIA_TYPE)  # ASCII only: whatever was sent, it can be encoded


def status_of(error: HomesecError) -> int:
    """The status of the nearest class that has one; an error that no client can cause is 500."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def add_problems(app: FastAPI) -> None:
    """Turn every error of the routes into a problem."""

    async def of_homesec(request: Request, error: Exception) -> Response:
        assert isinstance(error, HomesecError)
        status = status_of(error)
        if status == 500:
            return await of_anything(request, error)
        return problem(_request_id(request), status, str(error))

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
        return problem(_request_id(request), error.status_code, said, headers=error.headers)

    async def of_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # what was sent is not repeated: it may be a secret
        errors = [
            {"where": ".".join(str(step) for step in item["loc"]), "message": str(item["msg"])}
            for item in error.errors()[:50]
        ]
        return problem(_request_id(request), 422, "The request is not as the documentation says.", errors)

    async def of_anything(request: Request, error: Exception) -> Response:
        log.error("a request failed", exc_info=error, extra={"request_id": _request_id(request)})
        said = "Something went wrong here; the log tells more under this instance."
        answer = problem(_request_id(request), 500, said)
        dress(answer.headers, request.scope.get("state", {}).get("header_id"))  # this one is sent outside the gate
        return answer

    app.add_exception_handler(HomesecError, of_homesec)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(Exception, of_anything)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documentation of the problems that a route may answer with, besides those that every route has."""
    every = (401, 403, 422, 429, 500, 503)
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
        for status in sorted({*every, *statuses})
    }


def _request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))
