"""Fills Redis with revocations: the stream that the gateway follows, and the keys that an EXISTS per request asks for."""
import random
import subprocess
import time

from peers import ISSUER
from processes import until


def fill(port, count):
    command = ["redis-cli", "-p", str(port)]
    until(lambda: subprocess.run([*command, "PING"], capture_output=True, check=False).stdout == b"PONG\n", "Redis answers")
    if count == 0:
        return
    expires = str(int(time.time()) + 30 * 86400)
    source = random.Random(1)
    with subprocess.Popen([*command, "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as pipe:
        for i in range(count):
            # The token that the run checks is the last: who refuses it has read all of them.
            value = "revoked" if i == count - 1 else f"{source.getrandbits(128):032x}"
            pipe.stdin.write(protocol("XADD", "gateway:revocations", "*", "kind", "jti", "issuer", ISSUER, "value", value, "expires", expires)
                             + protocol("SET", f"revoked:{value}", "1", "EXAT", expires))
    length = subprocess.run([*command, "XLEN", "gateway:revocations"], capture_output=True, text=True, check=True).stdout
    if pipe.returncode != 0 or int(length) != count:
        raise SystemExit(f"Redis took {length.strip()} of {count} revocations.")


def protocol(*words):
    return (f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)).encode("ascii")
