"""Starts the parts of Trunkline as real processes and watches them through their public faces."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url, timeout=5, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=timeout) as reply:
        return reply.read().decode()


def get_json(url, timeout=5):
    return json.loads(get(url, timeout))


def post_json(url, body, timeout=5):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        return json.loads(reply.read() or b"{}")


def eventually(check, what, seconds=30):
    """Waits until check() returns something true; an exception counts as not yet. `what`: a text, or what makes one."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            last = check()
            if last:
                return last
        except (OSError, ValueError, KeyError, urllib.error.URLError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what} (last: {last!r})")


class Process:
    """One `trunkline` process; its standard error is kept for the message of a failure."""

    def __init__(self, program, *arguments, environment=None):
        self.arguments = arguments
        self.lines = []
        self.log = tempfile.NamedTemporaryFile("w+", prefix="trunkline-test-", suffix=".log")
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**os.environ, **(environment or {})})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def address(self, name, of=""):
        """The address printed behind this name at the start; of several, that of the exchange behind it."""
        def find():
            for line in list(self.lines):
                match = re.match(rf"\s+{name}\s+(\S+)\s*{of}$" if of else rf"\s+{name}\s+(\S+)", line)
                if match:
                    return match.group(1)
            if self.process.poll() is not None:
                raise AssertionError(f"{self.arguments} ended with {self.process.returncode}:\n{self.stderr()}")
            return None
        return eventually(find, f"{self.arguments} prints its {name} address")

    def origin(self, name, of=""):
        """Of that address, without its path."""
        url = urllib.parse.urlparse(self.address(name, of))
        return f"{url.scheme}://{url.netloc}"

    def whole_stderr(self):
        with open(self.log.name) as log:
            return log.read()

    def stderr(self):
        return self.whole_stderr()[-8000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def resident_kib(self):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def stop(self):
        """Asks it to end, and says how it ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.arguments} did not end on SIGTERM:\n{self.stderr()}")
        return self.process.returncode


def books_live(health, count):
    books = health["books"].values()
    return len(books) >= count and all(book["state"] == "Live" for book in books)


def levels(side, depth):
    return [tuple(level) for level in side[:depth]]
