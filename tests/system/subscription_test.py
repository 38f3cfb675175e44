"""Subscriptions that the venue refuses, or acknowledges and then forgets: found, told, asked for again, and nobody
else's books are touched.

The faults are there before the hub subscribes. How long it waits before it asks again is its own affair: ten seconds for
a depth stream whose symbol talks, a minute after a refusal; so all of it runs at once.
"""
import json
import os
import tempfile
import unittest
import urllib.request

from follower import Follower
from processes import Process, eventually, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
SILENT, REFUSED, LONG_SILENT = "binance:ETH-USDT", "binance:SOL-USDT", "binance_coinm:BTC-USD"
REFUSED_FUTURES = "binance_usdm:ETH-USDT"
OTHERS = ["binance:BTC-USDT", "binance_usdm:BTC-USDT"]
SYMBOLS = [SILENT, REFUSED, LONG_SILENT, REFUSED_FUTURES, *OTHERS]

FAULTS = [
    # Forgotten once; asking again helps.
    "silent_subscription:market=spot,symbol=ETHUSDT,stream=depth",
    # Forgotten twice; only a new connection helps.
    "silent_subscription:market=coinm,symbol=BTCUSD_PERP,stream=depth,count=2",
    # Refused until the fault is cleared. One stream of a batch; the others of the batch are subscribed all the same.
    "refuse_subscription:market=spot,symbol=SOLUSDT,stream=depth,count=0",
    "refuse_subscription:market=usdm,symbol=ETHUSDT,stream=depth,count=0",
]


class Subscriptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-subscriptions-")
        faults = [argument for fault in FAULTS for argument in ("--fault", fault)]
        cls.sandbox = Process(PROGRAM, "sandbox", "binance", "--port", "0", "--symbols", "BTCUSDT,ETHUSDT,SOLUSDT", "--rate", "100", *faults)
        cls.control = cls.sandbox.address("spot")
        endpoints = []
        for exchange, market in (("binance", "spot"), ("binance_usdm", "usdm"), ("binance_coinm", "coinm")):
            endpoints += ["--set", f"exchange.{exchange}.endpoint={cls.sandbox.address(market)}"]
        cls.hub = Process(PROGRAM, "run", *SYMBOLS, "--http", "127.0.0.1:0", "--set", f"relay.socket={cls.folder.name}/relay.sock",
                          "--set", "log.format=json", *endpoints)
        cls.page = cls.hub.address("dashboard").rstrip("/")
        cls.follower = Follower(f"{cls.folder.name}/relay.sock")

    @classmethod
    def tearDownClass(cls):
        cls.follower.stop()
        codes = [cls.hub.stop(), cls.sandbox.stop()]
        cls.folder.cleanup()
        assert codes == [0, 0], f"ended with {codes}:\n{cls.hub.stderr()}"

    def book(self, symbol):
        return get_json(f"{self.page}/ws/health")["books"][symbol]

    def events(self, name, symbol):
        found = []
        for line in self.hub.whole_stderr().splitlines():
            if f'"{name}"' in line and f'"{symbol}"' in line:
                found.append(json.loads(line))
        return found

    def eventually_told(self, name, symbol, part, seconds):
        return eventually(lambda: [event for event in self.events(name, symbol) if part in json.dumps(event)],
                          f"{name} {part} of {symbol}\n{self.hub.stderr()}", seconds)

    def never_live_so_far(self, symbol):
        states = self.follower.states.get(symbol, [])
        self.assertNotIn("Live", [state for state, _ in states], f"{symbol}: {states}")

    def moves(self, symbol):
        at = self.follower.books[symbol].update_id
        eventually(lambda: self.follower.books[symbol].update_id > at, f"{symbol} moves on")

    def test_what_is_refused_or_silent_is_told_and_recovers_alone(self):
        for symbol in OTHERS:
            eventually(lambda: self.follower.is_live(symbol), f"{symbol} is Live, whatever befalls the others")
        # Refused: told at once, by the stream, the log and the health.
        for symbol in (REFUSED, REFUSED_FUTURES):
            self.eventually_told("subscription_refused", symbol, "depth", 20)
            eventually(lambda: self.follower.reasons(symbol) == ["Unsubscribed"], f"{symbol} is Stale: {self.follower.states}")
            self.assertEqual(self.book(symbol)["state"], "Stale")
        self.assertNotEqual(get_json(f"{self.page}/ws/health")["status"], "ok")
        # Silent: its quotes come and its snapshot is there; it must not be called Live.
        for symbol in (SILENT, LONG_SILENT):
            eventually(lambda: self.follower.books[symbol].update_id, f"the snapshot of {symbol}")
            self.never_live_so_far(symbol)
        self.eventually_told("subscription_silent", SILENT, "subscribe again", 30)
        self.never_live_so_far(SILENT)
        eventually(lambda: self.follower.is_live(SILENT), f"{SILENT} is Live once it was asked for again")
        self.moves(SILENT)
        # Silent again: the connection is made anew.
        self.eventually_told("subscription_silent", LONG_SILENT, "subscribe again", 30)
        self.never_live_so_far(LONG_SILENT)
        self.eventually_told("subscription_silent", LONG_SILENT, "reconnect", 60)
        eventually(lambda: self.follower.is_live(LONG_SILENT), f"{LONG_SILENT} is Live on its new connection")
        self.moves(LONG_SILENT)
        connection = get_json(f"{self.page}/ws/health")["connectors"]["binance_coinm"]["connections"][0]
        self.assertEqual(connection["reconnects"], 1)
        # The refusal ends: the hub asks again by itself.
        for symbol in (REFUSED, REFUSED_FUTURES):
            self.never_live_so_far(symbol)
        request = urllib.request.Request(f"{self.control}/sandbox/fault", method="DELETE")
        urllib.request.urlopen(request, timeout=5).close()
        for symbol in (REFUSED, REFUSED_FUTURES):
            eventually(lambda: self.follower.is_live(symbol), f"{symbol} is Live once it is not refused any more\n{self.hub.stderr()}", 150)
            self.moves(symbol)
        eventually(lambda: get_json(f"{self.page}/ws/health")["status"] == "ok", "the hub says that all is well")
        # Nobody else felt anything.
        for symbol in OTHERS:
            states = [state for state, _ in self.follower.states[symbol]]
            self.assertEqual(set(states[states.index("Live"):]), {"Live"}, symbol)
            self.assertEqual((self.book(symbol)["gaps"], self.book(symbol)["resyncs"]), (0, 0), symbol)
            self.assertEqual(self.follower.reasons(symbol), [], symbol)
        self.assertGreater(self.follower.check_live(self.control, sample=10), 0)
        self.assertEqual(self.follower.violations, [])
        # Trades that came between two connections are told as missed.
        self.assertEqual({symbol for symbol, count in self.follower.missed_of.items() if count} - {LONG_SILENT}, set())


if __name__ == "__main__":
    unittest.main()
