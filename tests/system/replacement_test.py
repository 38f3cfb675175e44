"""Connections have an age limit at the venue. The hub replaces them before, the new one first, and nobody who reads
notices: no Gap, no book that is not Live, no trade missing or twice, every book true.
"""
import os
import tempfile
import unittest
from collections import Counter

from follower import Follower
from processes import Process, books_live, eventually, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
SYMBOLS = ["binance:BTC-USDT", "binance:ETH-USDT", "binance_usdm:BTC-USDT", "binance_coinm:BTC-USD"]
MARKETS = {"binance": "spot", "binance_usdm": "usdm", "binance_coinm": "coinm"}
LANES = 4  # USD-M has two
VENUE_LIMIT = 6  # seconds, for 24 h
OWN_LIMIT = 2  # seconds, for 23 h 30
ROUNDS = 2  # lives of a connection at the venue


class Replacement(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="trunkline-replacement-")
        self.sandbox = Process(PROGRAM, "sandbox", "binance", "--port", "0", "--symbols", "BTCUSDT,ETHUSDT", "--rate", "300",
                               "--max-age", str(VENUE_LIMIT))
        self.control = self.sandbox.address("spot")
        settings = []
        for exchange, market in MARKETS.items():
            settings += ["--set", f"exchange.{exchange}.endpoint={self.sandbox.address(market)}",
                         "--set", f"exchange.{exchange}.maximum_age={OWN_LIMIT}s"]
        self.hub = Process(PROGRAM, "run", *SYMBOLS, "--http", "127.0.0.1:0", "--set", f"relay.socket={self.folder.name}/relay.sock", *settings)
        self.page = self.hub.address("dashboard").rstrip("/")
        eventually(lambda: books_live(self.health(), len(SYMBOLS)), "every book is Live")
        self.follower = Follower(f"{self.folder.name}/relay.sock")
        eventually(lambda: all(self.follower.is_live(symbol) for symbol in SYMBOLS), "the follower has every book")

    def tearDown(self):
        self.follower.stop()
        codes = [self.hub.stop(), self.sandbox.stop()]
        self.folder.cleanup()
        self.assertEqual(codes, [0, 0], self.hub.stderr())

    def health(self):
        return get_json(f"{self.page}/ws/health")

    def replacements(self):
        """How often each address was connected to anew in good time, as the stream tells it."""
        return Counter(endpoint for endpoint, _, reason in list(self.follower.connections) if reason == "replaced in good time")

    def trade_ids(self, symbol):
        return sorted(trade_id for of, trade_id in self.follower.trades if of == symbol)

    def test_connections_are_replaced_in_good_time_and_nobody_notices(self):
        # As often as it takes the venue to cut each connection several times, had it been given the chance.
        needed = ROUNDS * VENUE_LIMIT // OWN_LIMIT
        compared = 0

        def replaced_enough():
            nonlocal compared
            compared += self.follower.check_live(self.control)
            self.assertEqual(self.follower.violations, [])
            done = self.replacements()
            return len(done) == LANES and all(count >= needed for count in done.values())
        eventually(replaced_enough, f"each is replaced {needed} times", 120)

        self.assertGreater(compared, 100)
        self.assertEqual(self.follower.violations, [])
        self.assertEqual(self.follower.missed, 0)
        self.assertEqual(self.follower.counts["Gap"], 0)
        self.assertIsNone(self.follower.ended)
        for symbol in SYMBOLS:
            # What it was told on joining, and nothing after.
            self.assertEqual([state for state, _ in self.follower.states[symbol]][-1:], ["Live"])
            self.assertEqual(self.follower.reasons(symbol), [], symbol)
            book = self.health()["books"][symbol]
            self.assertEqual((book["gaps"], book["resyncs"]), (0, 0), symbol)
            ids = self.trade_ids(symbol)
            self.assertGreater(len(ids), 50, symbol)
            missing = sorted(set(range(ids[0], ids[-1] + 1)) - set(ids))
            # The newest may still be on its way, while a younger one from the other connection is here.
            self.assertEqual([trade for trade in missing if trade < ids[-10]], [], symbol)
        self.assertEqual({state for _, state, _ in self.follower.connections}, {"Connected"})
        log = self.hub.whole_stderr()
        for word in ("connector_disconnected", "connector_replacement_failed", "book_stale", "before the venue said"):
            self.assertNotIn(word, log)
        for connector in self.health()["connectors"].values():
            for connection in connector["connections"]:
                self.assertEqual(connection["state"], "Connected")
                self.assertEqual(connection["reconnects"], 0)


if __name__ == "__main__":
    unittest.main()
