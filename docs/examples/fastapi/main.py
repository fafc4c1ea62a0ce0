"""A destination behind the gateway, in FastAPI. PyJWT verifies the gateway's assertion; requests without one are rejected."""

import os
from typing import Any, Dict

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException

ISSUER = os.environ["ASSERTION_ISSUER"]
AUDIENCE = os.environ["ASSERTION_AUDIENCE"]
KEYS = jwt.PyJWKClient(os.environ["ASSERTION_JWKS"], lifespan=300)

app = FastAPI()


def caller(x_auth_assertion: str = Header(default="")) -> Dict[str, Any]:
    """The verified claims. Not async, because fetching the keys blocks: FastAPI runs it in a thread."""
    try:
        key = KEYS.get_signing_key_from_jwt(x_auth_assertion)
        return jwt.decode(x_auth_assertion, key.key, algorithms=["ES256", "EdDSA"], issuer=ISSUER, audience=AUDIENCE, leeway=5)
    except jwt.PyJWTError:
        raise HTTPException(status_code=401, detail="no valid assertion")


@app.get("/{path:path}")
def read(path: str, claims: Dict[str, Any] = Depends(caller)) -> Dict[str, Any]:
    return {"subject": claims.get("sub"), "scopes": claims.get("scope", "").split(), "roles": claims.get("roles", [])}
