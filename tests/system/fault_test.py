"""Every fault of the sandbox against the running hub, seen through the relay's socket.

From a fault that the venue's rules can show until the book is right again nothing may be called Live; only the hit
symbol resynchronises; everything ends Live and true, and says what happened.
"""
import os
import tempfile
import time
import unittest

from follower import Follower
from processes import Process, books_live, eventually, get_json, post_json

PROGRAM = os.environ["TEST_PROGRAM"]
HIT, OTHERS = "binance:BTC-USDT", ["binance:ETH-USDT", "binance:SOL-USDT"]
SYMBOLS = [HIT, *OTHERS, "binance_usdm:BTC-USDT"]

# fault as ordered, and the reasons of which one must be told; None: the fault must not be felt at all.
SEQUENCE = {"SequenceGap"}
BOOK_FAULTS = [
    ({"fault": "drop"}, SEQUENCE),
    ({"fault": "drop", "count": 5}, SEQUENCE),
    ({"fault": "duplicate"}, None),
    ({"fault": "reorder"}, SEQUENCE),
    ({"fault": "delay", "delay_ms": 400}, SEQUENCE),
    ({"fault": "truncate"}, {"Malformed", "SequenceGap"}),
    ({"fault": "corrupt", "field": "quantity"}, {"QuoteMismatch", "AuditMismatch", "Crossed"}),
]
SNAPSHOT_FAULTS = [
    ({"fault": "late_snapshot", "delay_ms": 1500}, SEQUENCE),
    ({"fault": "wrong_snapshot_id"}, SEQUENCE),
    ({"fault": "http_429", "retry_after": 1}, SEQUENCE),
    ({"fault": "http_418", "retry_after": 2}, SEQUENCE),
]
CONNECTION_FAULTS = [
    {"fault": "close", "code": 1001},
    {"fault": "close", "code": 0},
    {"fault": "stall", "duration_ms": 1500},
    {"fault": "half_open"},
]


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-faults-")
        cls.hub = Process(PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", *SYMBOLS,
                          "--set", f"relay.socket={cls.folder.name}/relay.sock", "--set", "exchange.binance.audit_interval=2s")
        cls.page = cls.hub.address("dashboard").rstrip("/")
        cls.sandbox = cls.hub.origin("sandbox")
        eventually(lambda: books_live(cls.health(), len(SYMBOLS)), "every book is Live")

    @classmethod
    def tearDownClass(cls):
        code = cls.hub.stop()
        cls.folder.cleanup()
        assert code == 0, f"the hub ended with {code}:\n{cls.hub.stderr()}"

    @classmethod
    def health(cls):
        return get_json(f"{cls.page}/ws/health")

    def setUp(self):
        eventually(lambda: books_live(self.health(), len(SYMBOLS)), "every book is Live before the fault", 60)
        self.follower = Follower(f"{self.folder.name}/relay.sock")
        eventually(lambda: all(self.follower.is_live(symbol) for symbol in SYMBOLS), "the follower has every book")
        self.before = self.health()["books"]

    def tearDown(self):
        self.follower.stop()

    def order(self, fault, **defaults):
        post_json(f"{self.sandbox}/sandbox/fault", {**defaults, **fault})

    def strike_a_book(self, fault):
        """A quantity that the next change of its level puts right before an audit looks is never told: once more then."""
        strikes_until = time.monotonic() + 50
        while True:
            self.order(fault, market="spot", symbol="BTCUSDT", stream="depth")
            if fault["fault"] != "corrupt":
                return
            told_until = time.monotonic() + 8  # four audits
            while time.monotonic() < told_until:
                if self.follower.reasons(HIT):
                    return
                time.sleep(0.05)
            self.assertLess(time.monotonic(), strikes_until, "no corrupted book was ever told")

    def ends_live_and_true(self, told, detectable=True):
        """Waits until every book is Live again and moves, then compares everything that was called Live."""
        def settled():
            if told and not any(self.follower.reasons(symbol) for symbol in SYMBOLS):
                return False
            return books_live(self.health(), len(SYMBOLS)) and all(self.follower.is_live(symbol) for symbol in SYMBOLS)
        eventually(settled, f"told and Live again; told so far: {self.follower.states}\n{self.hub.stderr()[-3000:]}", 60)
        ids = {symbol: self.follower.books[symbol].update_id for symbol in SYMBOLS}
        eventually(lambda: all(self.follower.books[symbol].update_id > ids[symbol] for symbol in SYMBOLS), "books move on")
        if not detectable:
            self.follower.live.clear()
            ids = {symbol: self.follower.books[symbol].update_id for symbol in SYMBOLS}
            eventually(lambda: all(self.follower.books[symbol].update_id > ids[symbol] for symbol in SYMBOLS), "books move on")
        compared = self.follower.check_live(self.sandbox)
        self.assertEqual(self.follower.violations, [])
        self.assertGreater(compared, 0)

    def only_the_hit_symbol_resynchronised(self):
        after = self.health()["books"]
        for symbol in SYMBOLS:
            if symbol != HIT:
                self.assertEqual(after[symbol]["gaps"], self.before[symbol]["gaps"], symbol)

    def test_book_faults_are_told_and_healed_for_that_symbol_alone(self):
        for fault, reasons in BOOK_FAULTS:
            with self.subTest(**fault):
                self.follower.states.clear()
                self.follower.live.clear()
                self.strike_a_book(fault)
                if reasons is None:
                    eventually(lambda: self.struck() == 0, "the fault has struck")
                self.ends_live_and_true(reasons, detectable=fault["fault"] != "corrupt")
                if reasons is None:
                    self.assertEqual(self.follower.reasons(HIT), [])
                else:
                    self.assertTrue(set(self.follower.reasons(HIT)) & reasons, self.follower.states)
                self.only_the_hit_symbol_resynchronised()
                self.before = self.health()["books"]

    def struck(self):
        """How many faults are still armed."""
        return len(get_json(f"{self.sandbox}/sandbox/status").get("faults", {}).get("armed", []))

    def test_snapshot_faults_delay_the_recovery_but_never_make_it_wrong(self):
        for fault, reasons in SNAPSHOT_FAULTS:
            with self.subTest(**fault):
                self.follower.states.clear()
                self.follower.live.clear()
                self.order(fault, market="spot", symbol="BTCUSDT")
                self.order({"fault": "drop"}, market="spot", symbol="BTCUSDT", stream="depth")
                self.ends_live_and_true(reasons)
                self.assertTrue(set(self.follower.reasons(HIT)) & reasons, self.follower.states)
                self.only_the_hit_symbol_resynchronised()
                self.before = self.health()["books"]

    def test_lost_connections_are_told_and_made_anew(self):
        for fault in CONNECTION_FAULTS:
            with self.subTest(**fault):
                self.follower.states.clear()
                self.follower.live.clear()
                self.order(fault, market="spot")
                told = eventually(lambda: self.follower.reasons(HIT), f"{HIT} is Stale", 60)
                self.assertTrue(set(told) & {"Disconnected", "SequenceGap", "Silent"}, told)
                self.ends_live_and_true(True)

    def test_a_server_that_refuses_connections_is_tried_until_it_is_back(self):
        self.order({"fault": "refuse", "duration_ms": 1500})
        self.order({"fault": "close", "code": 0}, market="spot")
        eventually(lambda: self.follower.reasons(HIT), f"{HIT} is Stale", 30)
        self.ends_live_and_true(True)
        connection = self.health()["connectors"]["binance"]["connections"][0]
        self.assertEqual(connection["state"], "Connected")
        self.assertGreater(connection["reconnects"], 0)


if __name__ == "__main__":
    unittest.main()
