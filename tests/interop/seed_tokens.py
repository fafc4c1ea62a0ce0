#!/usr/bin/python3
"""Makes the HS256 tokens that small Python services make for themselves, with python-jose and PyJWT. See README.md."""

import json
import sys
from datetime import datetime, timedelta, timezone

import jwt as pyjwt
from jose import jwt as jose

ALGORITHM = "HS256"


def after(**delta):
    return datetime.now(timezone.utc) + timedelta(**delta)


def tokens_of(encode, secret):
    def token(claims, key=secret):
        return encode(claims, key, algorithm=ALGORITHM)

    return {
        "access": token({"exp": after(minutes=30), "sub": "42"}),
        "named": token({"sub": "42", "username": "alice", "exp": after(minutes=30)}),
        "expired": token({"exp": after(minutes=-30), "sub": "42"}),
        "refresh_type": token({"sub": "42", "username": "alice", "exp": after(hours=20), "type": "refresh"}),
        "refresh_token_type": token({"sub": "42", "username": "alice", "exp": after(hours=20), "token_type": "refresh_token"}),
        "without_sub": token({"username": "alice", "exp": after(minutes=30)}),
        "without_exp": token({"sub": "42"}),
        "other_key": token({"exp": after(minutes=30), "sub": "42"}, secret[::-1]),
        "other_issuer": token({"exp": after(minutes=30), "sub": "42", "iss": "https://elsewhere.example"}),
        "other_audience": token({"exp": after(minutes=30), "sub": "42", "aud": "another-api"}),
    }


def main():
    secret = json.load(sys.stdin)["secret"]
    print(json.dumps({"python-jose": tokens_of(jose.encode, secret), "pyjwt": tokens_of(pyjwt.encode, secret)}))


main()
