"""The ceiling of HTTP: a Starlette endpoint that reads a body and answers constant bytes.

`python -m benchmarks.http_ceiling PORT` reads one line of JSON: the answer to give on each path.
"""

import sys

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MEDIA = "application/json; charset=utf-8"


def ceiling(answers: dict[str, str]) -> Starlette:
    """Make the application."""
    bodies = {path: body.encode() for path, body in answers.items()}

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(bodies[request.url.path], media_type=MEDIA)

    return Starlette(routes=[Route(path, answer, methods=["POST"]) for path in bodies])


if __name__ == "__main__":
    application = ceiling(msgspec.json.decode(sys.stdin.buffer.readline(), type=dict[str, str]))
    # as `allot serve` does
    uvicorn.run(
        application, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, server_header=False
    )
