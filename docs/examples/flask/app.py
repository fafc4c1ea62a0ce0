"""A destination behind the gateway, in Flask. It trusts the identity headers, so that only the gateway may reach it (a NetworkPolicy)."""

from urllib.parse import unquote

from flask import Flask, jsonify, request

app = Flask(__name__)


def items(header: str) -> list:
    """The items of a list: separated by commas, each percent-encoded."""
    return [unquote(item) for item in request.headers.get(header, "").split(",") if item]


@app.get("/<path:path>")
def read(path):
    subject = request.headers.get("X-Auth-Subject")
    if subject is None:
        # A public route, or a token without `sub`.
        return jsonify(error="no caller"), 401
    return jsonify(
        subject=unquote(subject),
        scopes=unquote(request.headers.get("X-Auth-Scopes", "")).split(),
        roles=items("X-Auth-Roles"),
    )
