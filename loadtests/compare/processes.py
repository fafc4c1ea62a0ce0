"""Processes of the comparison: started in a group of their own, measured with their children, ended by id."""
import os
import signal
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(check, what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if check():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"{what} did not happen within {seconds} s.")


class Server:
    """One program with its children."""

    def __init__(self, arguments, log, environment=None):
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                                            env=os.environ | (environment or {}))

    def tree(self):
        children = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            fields = stat(entry)
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry))
        found, left = [], [self.process.pid]
        while left:
            pid = left.pop()
            found.append(pid)
            left += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """User and system time of the whole tree, with children that have ended."""
        ticks = 0
        for pid in self.tree():
            fields = stat(pid)
            if fields:
                ticks += sum(map(int, fields[11:15]))
        return ticks / TICK

    def resident_bytes(self):
        """Resident memory. What the processes of a tree share counts once; for a single process this is its RSS."""
        private, shared = 0, [0]
        for pid in self.tree():
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
                    fields = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.endswith("kB\n")}
            except OSError:
                continue
            private += fields["Private_Clean"] + fields["Private_Dirty"]
            shared.append(fields["Rss"] - fields["Private_Clean"] - fields["Private_Dirty"])
        return private + max(shared)

    def pause(self):
        """It costs nothing until `resume`."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGCONT)
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def stat(pid):
    """The fields of /proc/PID/stat from the state on: [1] parent, [11:15] user, system, and both of ended children."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None
