#!/usr/bin/python3
"""Signs one access token per algorithm with a Python JWT library. See README.md."""

import argparse
import base64
import json
import secrets
import sys
import time
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

RSA_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
CURVES = {"ES256": ("P-256", ec.SECP256R1()), "ES384": ("P-384", ec.SECP384R1()), "ES512": ("P-521", ec.SECP521R1())}
HMAC_ALGORITHMS = ["HS256", "HS384", "HS512"]
ALGORITHMS = [*RSA_ALGORITHMS, *CURVES, "EdDSA", *HMAC_ALGORITHMS]


def load_pyjwt():
    import jwt

    def sign(claims, key, alg, header):
        return jwt.encode(claims, key, algorithm=alg, headers=header)

    return sign, jwt.algorithms.get_default_algorithms()


def load_python_jose():
    from jose import constants, jwt

    def sign(claims, key, alg, header):
        return jwt.encode(claims, key, algorithm=alg, headers=header)

    return sign, constants.ALGORITHMS.SUPPORTED


def load_authlib():
    from authlib.jose import JsonWebSignature

    # authlib 1.2's JsonWebToken overwrites typ with "JWT"; its JWS class keeps the header as given.
    jws = JsonWebSignature(ALGORITHMS)

    def sign(claims, key, alg, header):
        return jws.serialize_compact({"alg": alg, **header}, json.dumps(claims), key).decode("ascii")

    return sign, JsonWebSignature.ALGORITHMS_REGISTRY


LIBRARIES = {"pyjwt": load_pyjwt, "python-jose": load_python_jose, "authlib": load_authlib}


def base64url_uint(number, length):
    return base64.urlsafe_b64encode(number.to_bytes(length, "big")).rstrip(b"=").decode("ascii")


def rsa_jwk(private_key, kid):
    numbers = private_key.public_key().public_numbers()
    modulus = base64url_uint(numbers.n, private_key.key_size // 8)
    return {"kty": "RSA", "kid": kid, "use": "sig", "n": modulus, "e": base64url_uint(numbers.e, 3)}


def ec_jwk(private_key, kid, curve):
    # RFC 7518 section 6.2.1.2 wants coordinates at the full width of the curve, leading zeros included.
    width = (private_key.key_size + 7) // 8
    numbers = private_key.public_key().public_numbers()
    x, y = base64url_uint(numbers.x, width), base64url_uint(numbers.y, width)
    return {"kty": "EC", "kid": kid, "use": "sig", "crv": curve, "x": x, "y": y}


def okp_jwk(private_key, kid):
    raw = private_key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return {"kty": "OKP", "kid": kid, "use": "sig", "crv": "Ed25519", "x": x}


def private_pem(private_key):
    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def generate_keys():
    """Returns the public JWKs, the HMAC secrets, and for each algorithm its (key, kid)."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwks = [rsa_jwk(rsa_key, "rsa")]
    keys = {alg: (private_pem(rsa_key), "rsa") for alg in RSA_ALGORITHMS}
    for alg, (name, curve) in CURVES.items():
        ec_key = ec.generate_private_key(curve)
        jwks.append(ec_jwk(ec_key, name, name))
        keys[alg] = (private_pem(ec_key), name)
    ed_key = ed25519.Ed25519PrivateKey.generate()
    jwks.append(okp_jwk(ed_key, "Ed25519"))
    keys["EdDSA"] = (private_pem(ed_key), "Ed25519")
    hmac_secrets = {alg: secrets.token_hex(32) for alg in HMAC_ALGORITHMS}
    keys.update({alg: (secret, None) for alg, secret in hmac_secrets.items()})
    return jwks, hmac_secrets, keys


def new_claims(request):
    now = int(time.time())
    return {
        "iss": request["issuer"],
        "aud": request["audience"],
        "sub": request["subject"],
        "client_id": request["clientId"],
        "scope": request["scope"],
        "iat": now,
        "exp": now + request["lifetimeSeconds"],
        "jti": str(uuid.uuid4()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=LIBRARIES)
    library = parser.parse_args().library
    request = json.load(sys.stdin)
    sign, supported = LIBRARIES[library]()
    jwks, hmac_secrets, keys = generate_keys()

    tokens = []
    for alg in (name for name in ALGORITHMS if name in supported):
        key, kid = keys[alg]
        kid_member = {"kid": kid} if kid else {}
        token = sign(new_claims(request), key, alg, {"typ": "at+jwt", **kid_member})
        tokens.append({"alg": alg, **kid_member, "token": token})

    unsupported = [alg for alg in ALGORITHMS if alg not in supported]
    result = {"library": library, "jwks": {"keys": jwks}, "secrets": hmac_secrets}
    print(json.dumps({**result, "tokens": tokens, "unsupported": unsupported}))


main()
