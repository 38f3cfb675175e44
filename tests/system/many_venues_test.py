"""Several venues in one hub, struck at once: each finds its own loss by its own means, and all end Live and true."""
import os
import tempfile
import threading
import unittest
import urllib.parse

from follower import Follower
from processes import Process, books_live, eventually, get_json, post_json

PROGRAM = os.environ["TEST_PROGRAM"]
DEPTH = 10

# exchange: its symbols (the first is hit) and the sandbox's names for them
VENUES = {
    "binance": {"binance:BTC-USDT": "BTCUSDT", "binance:ETH-USDT": "ETHUSDT"},
    "coinbase": {"coinbase:BTC-USD": "BTC-USD", "coinbase:ETH-USD": "ETH-USD"},
    "kraken": {"kraken:BTC-USD": "BTC/USD", "kraken:ETH-USD": "ETH/USD"},
    "alpaca_crypto": {"alpaca_crypto:BTC-USD": "BTC/USD", "alpaca_crypto:ETH-USD": "ETH/USD"},
}
SYMBOLS = [symbol for symbols in VENUES.values() for symbol in symbols]
HIT = {exchange: next(iter(symbols)) for exchange, symbols in VENUES.items()}
# What each may be told of a lost or altered message. A venue without sequences or checksums has only its audit.
FOUND_BY = {
    "binance": {"SequenceGap", "QuoteMismatch", "AuditMismatch", "Crossed"},
    "coinbase": {"AuditMismatch", "Crossed"},
    "kraken": {"ChecksumMismatch", "Crossed"},
    "alpaca_crypto": {"AuditMismatch", "Crossed"},
}


class ManyVenues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-venues-")
        audits = [text for exchange in VENUES if exchange != "kraken"
                  for text in ("--set", f"exchange.{exchange}.audit_interval=1s")]
        cls.hub = Process(PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", *SYMBOLS,
                          "--set", f"relay.socket={cls.folder.name}/relay.sock", *audits)
        cls.page = cls.hub.address("dashboard").rstrip("/")
        cls.sandboxes = {exchange: cls.hub.origin("sandbox", exchange) for exchange in VENUES}
        cls.wait_live()

    @classmethod
    def tearDownClass(cls):
        code = cls.hub.stop()
        cls.folder.cleanup()
        assert code == 0, f"the hub ended with {code}:\n{cls.hub.stderr()}"

    @classmethod
    def wait_live(cls):
        eventually(lambda: books_live(get_json(f"{cls.page}/ws/health"), len(SYMBOLS)),
                   lambda: f"every book is Live\n{cls.hub.stderr()}", 60)

    def setUp(self):
        self.wait_live()
        self.follower = Follower(f"{self.folder.name}/relay.sock")
        eventually(lambda: all(self.follower.is_live(symbol) for symbol in SYMBOLS), "the follower has every book")

    def tearDown(self):
        self.follower.stop()

    def strike(self, faults):
        """Orders one fault of each venue, all in the same moment."""
        start = threading.Barrier(len(faults))

        def order(exchange, fault):
            start.wait()
            post_json(f"{self.sandboxes[exchange]}/sandbox/fault", fault)
        threads = [threading.Thread(target=order, args=item) for item in faults.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def reasons(self, exchange):
        return set(self.follower.reasons(HIT[exchange]))

    def wrong(self):
        """What differs from the venues' books in the first levels while these stand still; empty: nothing."""
        for symbol in SYMBOLS:
            exchange = symbol.partition(":")[0]
            book = self.follower.books[symbol]
            if not self.follower.is_live(symbol):
                return f"{symbol} is {book.state.name}"
            truth = get_json(f"{self.sandboxes[exchange]}/sandbox/book?depth={DEPTH}&symbol="
                             + urllib.parse.quote(VENUES[exchange][symbol], safe=""))
            for name, mine in zip(("bids", "asks"), book.top(DEPTH)):
                theirs = [(type(p)(t[0]), type(q)(t[1])) for (p, q), t in zip(mine, truth[name])]
                if mine != theirs or len(mine) != len(truth[name]):
                    return f"{symbol} {name}: have {mine[:3]}, in truth {theirs[:3]}"
        return ""

    def ends_live_and_true(self):
        def equal():
            for origin in self.sandboxes.values():
                post_json(f"{origin}/sandbox/pause", {})
            try:
                eventually(lambda: not self.wrong(), "the paused venues' books", 2)
            except AssertionError:
                return False
            finally:
                for origin in self.sandboxes.values():
                    post_json(f"{origin}/sandbox/resume", {})
            return True
        try:
            eventually(equal, "every book is Live and the venue's", 60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.wrong()}\n{self.follower.states}\n{self.hub.stderr()}") from None
        self.assertEqual(self.follower.violations, [])

    def only_the_hit_resynchronise(self):
        self.assertEqual(self.follower.missed, 0)
        for exchange, symbols in VENUES.items():
            self.assertLessEqual(self.reasons(exchange), FOUND_BY[exchange], exchange)
            for other in list(symbols)[1:]:
                self.assertEqual(self.follower.reasons(other), [], other)

    def all_are_told(self):
        eventually(lambda: all(self.reasons(exchange) for exchange in VENUES),
                   lambda: f"each venue says what it found; told: {self.follower.states}\n{self.hub.stderr()}", 60)

    def test_altered_messages_are_found_by_each_venue_in_its_own_way(self):
        self.strike({exchange: {"fault": "corrupt", "field": "quantity", "symbol": VENUES[exchange][HIT[exchange]], "count": 20}
                     for exchange in VENUES})
        self.all_are_told()
        self.ends_live_and_true()
        self.only_the_hit_resynchronise()

    def test_lost_messages_are_made_good(self):
        self.strike({exchange: {"fault": "drop", "symbol": VENUES[exchange][HIT[exchange]], "count": 20} for exchange in VENUES})
        self.all_are_told()
        self.ends_live_and_true()
        self.only_the_hit_resynchronise()

    def test_a_different_fault_of_each_ends_well(self):
        self.strike({
            "binance": {"fault": "wrong_snapshot_id", "symbol": "BTCUSDT"},
            "coinbase": {"fault": "half_open"},
            "kraken": {"fault": "truncate", "symbol": "BTC/USD"},
            "alpaca_crypto": {"fault": "close", "code": 1001},
        })
        self.strike({
            "binance": {"fault": "drop", "symbol": "BTCUSDT"},
            "coinbase": {"fault": "corrupt", "field": "price", "symbol": "BTC-USD"},
            "kraken": {"fault": "stall", "duration_ms": 1500},
            "alpaca_crypto": {"fault": "drop", "symbol": "BTC/USD", "count": 5},
        })
        self.all_are_told()
        self.ends_live_and_true()

    def test_every_connection_closes_at_once(self):
        self.strike({exchange: {"fault": "close", "code": 0} for exchange in VENUES})
        self.all_are_told()
        self.ends_live_and_true()


if __name__ == "__main__":
    unittest.main()
