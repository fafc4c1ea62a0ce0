"""How each compared server is started and asked."""
import json
import os
import pathlib
import urllib.error
import urllib.request

from processes import Server, free_ports, until

HERE = pathlib.Path(__file__).parent
ISSUER = "https://idp.bench.test"
AUDIENCE = "shop-api"
THREADS = os.cpu_count() or 2

# What the tables call them, in the order of the tables.
TITLES = {
    "direct": "destination, no proxy",
    "bare": "bare YARP",
    "bare-again": "bare YARP again",
    "stock": "YARP + JwtBearer",
    "stock-redis": "YARP + JwtBearer + Redis EXISTS",
    "haproxy": "HAProxy, no checks",
    "haproxy-jwt": "HAProxy `jwt_verify`",
    "apache": "Apache `mod_auth_openidc`",
    "gateway": "Gateway",
    "gateway-empty": "Gateway, empty revocation list",
    "gateway-large": "Gateway, 1,000 routes, 100 issuers",
    "gateway-full": "Gateway, very long revocation list",
}
OPEN = {"direct", "provider", "bare", "bare-again", "haproxy"}
DOTNET = {"bare", "bare-again", "stock", "stock-redis", "gateway", "gateway-empty", "gateway-large", "gateway-full"}
NO_ES256 = {"apache"}  # OIDCOAuthVerifyCertFiles takes RSA keys only


class Peer:
    """One server of the comparison, on ports of its own."""

    def __init__(self, name, run, redis_port=None, environment=None, cores=None):
        self.name, self.run, self.server = name, run, None
        self.environment, self.cores = environment, cores
        self.redis_port = redis_port or run.redis_port
        self.port, self.http2_port, self.stats_port, self.management_port = free_ports(4)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/orders/1"

    def start(self):
        if self.name in ("haproxy", "haproxy-jwt"):
            arguments = self.haproxy()
        elif self.name == "apache":
            arguments = self.apache()
        else:
            arguments = self.dotnet()
        if self.cores:
            arguments = ["taskset", "--cpu-list", f"0-{self.cores - 1}", *arguments]
        self.server = Server(arguments, self.run.folder / f"{self.name}.log", self.environment)
        good = None if self.name in OPEN else self.run.good_token()
        self.wait(lambda: self.status(good) == 200, "A 200 for a good token")
        if self.name not in OPEN and self.run.revoked and self.name in ("gateway", "gateway-large", "gateway-full"):
            self.wait(lambda: self.status(self.run.checks["revoked"]) == 401, "The rejection of the last revoked token")
        return self

    def wait(self, check, what):
        try:
            until(check, f"{self.name}: {what}", 600 if self.name == "gateway-full" else 90)
        except SystemExit as failure:
            raise SystemExit(f"{failure}\n{self.server.log.read_text(errors='replace')[-2000:]}") from None

    def stop(self):
        if self.server:
            self.server.stop()
            self.server = None

    def status(self, token, path="/orders/1"):
        return self.answer(token, path)[0]

    def answer(self, token, path="/orders/1"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def allocated(self):
        """Bytes this process has allocated so far, or None when it is not a .NET process."""
        if self.name not in DOTNET:
            return None
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stats_port}/", timeout=10) as response:
            return json.load(response)["allocated"]

    def dotnet(self):
        settings = {
            "url": f"http://127.0.0.1:{self.port}",
            "http2Url": f"http://127.0.0.1:{self.http2_port}",
            "statsUrl": f"http://127.0.0.1:{self.stats_port}",
            "managementPort": self.management_port,
            "keyFolder": str(self.run.tokens),
        }
        if self.name not in ("direct", "provider"):
            settings["destination"] = f"http://127.0.0.1:{self.run.destination.port}"
        if self.name.startswith("stock"):
            settings["provider"] = f"http://127.0.0.1:{self.run.provider.port}"
        if self.name in ("stock-redis", "gateway", "gateway-large", "gateway-full"):
            settings["redis"] = f"127.0.0.1:{self.redis_port}"
        if self.name == "gateway-large":
            settings.update(routes=1000, issuers=100)
        file = self.run.folder / f"{self.name}.json"
        file.write_text(json.dumps(settings))
        kind = {"direct": "destination", "bare-again": "bare", "stock-redis": "stock", "gateway-empty": "gateway", "gateway-large": "gateway",
                "gateway-full": "gateway"}
        return ["dotnet", str(self.run.binaries / "Gateway.Benchmarks.dll"), "serve", kind.get(self.name, self.name), str(file)]

    def haproxy(self):
        checks = "" if self.name == "haproxy" else (HERE / "configs/haproxy-jwt.cfg").read_text()
        return ["/usr/sbin/haproxy", "-db", "-f", self.configuration("haproxy.cfg", CHECKS=checks, TLS="")]

    def apache(self):
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        return ["/usr/sbin/apache2", "-DFOREGROUND", "-f", self.configuration("apache.conf", USER=user)]

    def configuration(self, template, **values):
        text = (HERE / "configs" / template).read_text()
        values.update(PORT=self.port, HTTP2_PORT=self.http2_port, DESTINATION=f"127.0.0.1:{self.run.destination.port}", THREADS=THREADS,
                      KEYS=self.run.tokens, ISSUER=ISSUER, AUDIENCE=AUDIENCE, FOLDER=self.run.folder, MODULES="/usr/lib/apache2/modules")
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        file = self.run.folder / f"{self.name}.conf"
        file.write_text(text)
        return str(file)
