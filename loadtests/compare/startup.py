"""How long the published gateway takes from the start of its process to the first 200 for a request with a token."""
import json
import socket
import time

from peers import AUDIENCE, ISSUER
from processes import Server, free_ports

DEADLINE = 30


def times(product, keys, folder, destination_port, count, token):
    """Seconds, `count` times. The first start of all, which reads the files from disk, is not one of them."""
    port, management = free_ports(2)
    file = folder / "startup.yarp.json"
    file.write_text(json.dumps(configuration(keys, destination_port, port, management)))
    return [first_answer(product, file, port, token, folder) for _ in range(count + 1)][1:]


def first_answer(product, file, port, token, folder):
    request = f"GET /orders/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode("ascii")
    begin = time.monotonic()
    server = Server([str(product / "Gateway"), "run", "--config", str(file)], folder / "startup.log")
    try:
        while time.monotonic() < begin + DEADLINE:
            if status(port, request) == b"200":
                return time.monotonic() - begin
            time.sleep(0.002)
        raise SystemExit(f"The published gateway did not answer within {DEADLINE} s: {(folder / 'startup.log').read_text()[-500:]}")
    finally:
        server.stop()


def status(port, request):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(64)[9:12]
    except OSError:
        return None


def configuration(keys, destination_port, port, management):
    return {
        "Gateway": {
            "Issuers": {"bench": {"Issuer": ISSUER, "Audiences": [AUDIENCE], "Keys": {"JwksFile": str(keys / "keys.json")}, "MaxLifetime": "60.00:00:00"}},
            "Policies": {"read": {"Scopes": {"All": ["orders:read"]}}},
            "Revocation": {"Store": "Memory"},
            "Management": {"Port": management},
        },
        "ReverseProxy": {
            "Routes": {"all": {"ClusterId": "one", "AuthorizationPolicy": "read", "Match": {"Path": "/{**rest}"}}},
            "Clusters": {"one": {"Destinations": {"d": {"Address": f"http://127.0.0.1:{destination_port}"}}}},
        },
        "Kestrel": {"Endpoints": {"Http1": {"Url": f"http://127.0.0.1:{port}"}}},
    }
