"""Fills Redis with revocations: the stream that the gateway follows, and the keys that an EXISTS per request asks for."""
import contextlib
import random
import socket
import subprocess
import threading
import time

from peers import ISSUER
from processes import until


def fill(port, count, with_keys=True):
    command = ["redis-cli", "-p", str(port)]
    until(lambda: subprocess.run([*command, "PING"], capture_output=True, check=False).stdout == b"PONG\n", "Redis answers")
    if count == 0:
        return
    expires = str(int(time.time()) + 30 * 86400)
    source = random.Random(1)
    with subprocess.Popen([*command, "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as pipe:
        for i in range(count):
            # The token that the run checks is the last: who rejects it has read all of them.
            value = "revoked" if i == count - 1 else f"{source.getrandbits(128):032x}"
            pipe.stdin.write(revocation(value, expires) + (protocol("SET", f"revoked:{value}", "1", "EXAT", expires) if with_keys else b""))
    length = subprocess.run([*command, "XLEN", "gateway:revocations"], capture_output=True, text=True, check=True).stdout
    if pipe.returncode != 0 or int(length) != count:
        raise SystemExit(f"Redis took {length.strip()} of {count} revocations.")


@contextlib.contextmanager
def arriving(port, per_second):
    """New revocations while it lasts, each with its doorbell, as if each had an operator of its own."""
    ended = threading.Event()
    sent = [0]

    def write(connection):
        started = time.monotonic()
        while not ended.wait(0.005):
            due = int((time.monotonic() - started) * per_second)
            if due > sent[0]:
                connection.sendall(b"".join(revocation(f"arriving-{i}-{started}", str(int(time.time()) + 86400))
                                            + protocol("PUBLISH", "gateway:revocations", str(i)) for i in range(sent[0], due)))
                sent[0] = due

    def drain(connection):
        while connection.recv(65536):
            pass

    with socket.create_connection(("127.0.0.1", port)) as connection:
        threads = [threading.Thread(target=work, args=(connection,), daemon=True) for work in (write, drain)]
        for thread in threads:
            thread.start()
        try:
            yield sent
        finally:
            ended.set()
            threads[0].join()
            connection.shutdown(socket.SHUT_RDWR)
            threads[1].join()


def revocation(value, expires):
    return protocol("XADD", "gateway:revocations", "*", "kind", "jti", "issuer", ISSUER, "value", value, "expires", expires)


def protocol(*words):
    return (f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)).encode("ascii")
