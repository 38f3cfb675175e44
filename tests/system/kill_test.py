"""Processes are killed, stopped and started again; the others recover by themselves."""
import os
import signal
import socket
import tempfile
import time
import unittest

from follower import Follower
from processes import Process, books_live, eventually, free_port, get_json
from trunkline.frames import encode
from trunkline.messages import Subscribe

PROGRAM = os.environ["TEST_PROGRAM"]
SYMBOLS = ["binance:BTC-USDT", "binance:ETH-USDT"]


class Chain:
    """sandbox -> collect -> relay -> bridge, each a process."""

    def __init__(self, rate=50):
        self.folder = tempfile.TemporaryDirectory(prefix="trunkline-kill-")
        self.socket = f"{self.folder.name}/relay.sock"
        self.sandbox_port = free_port()
        self.http = f"127.0.0.1:{free_port()}"
        self.rate = rate
        self.processes = {}
        for name in ("sandbox", "relay", "collect", "bridge"):
            self.start(name)
        self.recovered()

    def start(self, name):
        arguments = {
            "sandbox": ["sandbox", "binance", "--market", "spot", "--port", str(self.sandbox_port), "--symbols", "BTCUSDT,ETHUSDT",
                        "--rate", str(self.rate)],
            "relay": ["relay", "--socket", self.socket],
            "collect": ["collect", *SYMBOLS, "--socket", self.socket,
                        "--set", f"exchange.binance.endpoint=http://127.0.0.1:{self.sandbox_port}"],
            "bridge": ["bridge", "--socket", self.socket, "--http", self.http],
        }[name]
        self.processes[name] = Process(PROGRAM, *arguments)
        if name in ("relay", "bridge"):
            self.processes[name].address("relay")

    def health(self):
        return get_json(f"http://{self.http}/ws/health")

    def recovered(self):
        eventually(lambda: books_live(self.health(), len(SYMBOLS)), "every book is Live behind the bridge", 60)

    def log(self):
        return "\n".join(f"-- {name}\n{process.stderr()[-1500:]}" for name, process in self.processes.items())

    def stop(self):
        codes = {name: process.stop() for name, process in self.processes.items()}
        self.folder.cleanup()
        return codes


class Kills(unittest.TestCase):
    def setUp(self):
        self.chain = Chain()

    def tearDown(self):
        codes = self.chain.stop()
        self.assertEqual({name: code for name, code in codes.items() if code != 0}, {}, "ended by SIGTERM with 0")

    def test_whatever_is_killed_the_others_recover_by_themselves(self):
        for name in ("collect", "relay", "sandbox", "bridge"):
            with self.subTest(killed=name):
                self.chain.processes[name].kill()
                if name != "bridge":
                    eventually(lambda: not books_live(self.chain.health(), len(SYMBOLS)), "books say that they cannot be trusted")
                self.chain.start(name)
                try:
                    self.chain.recovered()
                except AssertionError as error:
                    self.fail(f"{error}\n{self.chain.log()}")
                self.moves_and_is_true()

    def moves_and_is_true(self):
        follower = Follower(self.chain.socket)
        try:
            eventually(lambda: all(follower.is_live(symbol) for symbol in SYMBOLS), "a new client has every book")
            eventually(lambda: follower.counts["Trade"] > 3 and follower.counts["L2Delta"] > 20, "data moves")
            compared = follower.check_live(f"http://127.0.0.1:{self.chain.sandbox_port}")
            self.assertEqual(follower.violations, [])
            self.assertGreater(compared, 5)
        finally:
            follower.stop()


class SlowClients(unittest.TestCase):
    CLIENTS = 50

    def test_one_of_fifty_clients_is_stopped_and_the_others_lose_nothing(self):
        chain = Chain(rate=2000)
        tails = []
        try:
            for _ in range(self.CLIENTS):
                # A client that only reads; `tail` does, and prints nothing of these types.
                tails.append(Process(PROGRAM, "tail", "--socket", chain.socket, "--json", "--type", "Gap,Heartbeat"))
            followers = [Follower(chain.socket) for _ in range(2)]
            stopped = socket.socket(socket.AF_UNIX)
            stopped.connect(chain.socket)
            stopped.sendall(encode(Subscribe(channels=(1 << 64) - 1, symbols=[])))
            sleeper = Process(PROGRAM, "tail", "--socket", chain.socket, "--json", "--type", "Gap,Trade,BookStatus,L2Snapshot,L2Delta,Quote")
            eventually(lambda: len(sleeper.lines) > 50, "the sleeper reads")
            sleeper.signal(signal.SIGSTOP)
            before = followers[0].counts["L2Delta"]
            relay = chain.processes["relay"]
            memory = []
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                time.sleep(0.5)
                memory.append(relay.resident_kib())
            # 8 MiB may wait for each of the two that sleep; beyond that nothing grows.
            self.assertLess(memory[-1], memory[0] + 3 * 8 * 1024 + 8 * 1024)
            for follower in followers:
                self.assertEqual(follower.missed, 0)
                self.assertEqual(follower.violations, [])
                self.assertIsNone(follower.ended)
            self.assertGreater(followers[0].counts["L2Delta"], before)
            seen = len(sleeper.lines)
            sleeper.signal(signal.SIGCONT)
            eventually(lambda: any('"Gap"' in line for line in sleeper.lines[seen:]) or len(sleeper.lines) > seen + 2000,
                       "the sleeper reads on, and is told what it missed if it missed anything")
            eventually(lambda: any('"BookStatus"' in line and '"Live"' in line for line in sleeper.lines), "its books are Live")
            sleeper.stop()
            stopped.close()
            for follower in followers:
                follower.check_live(f"http://127.0.0.1:{chain.sandbox_port}", sample=50)
                self.assertEqual(follower.violations, [])
                follower.stop()
        finally:
            for tail in tails:
                tail.stop()
            chain.stop()


if __name__ == "__main__":
    unittest.main()
