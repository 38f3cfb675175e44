"""What the settings leave of the stream: clients get that alone, told whole and true, and the rest is counted."""
import os
import tempfile
import unittest

from follower import Follower
from processes import Process, books_live, eventually, get, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
SYMBOL, OTHER = "binance:BTC-USDT", "binance:ETH-USDT"
DEPTH = 5


class Filter(unittest.TestCase):
    def test_clients_get_the_chosen_symbols_kinds_and_depth_at_the_chosen_pace(self):
        with tempfile.TemporaryDirectory(prefix="trunkline-filter-") as folder:
            chosen = {"relay.socket": f"{folder}/relay.sock", "filter.symbols": SYMBOL, "filter.kinds": "trades,depth",
                      "filter.depth": str(DEPTH), "filter.conflation": "200ms", "filter.price_band": "100"}
            hub = Process(PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--sandbox-rate", "200", "--http", "127.0.0.1:0", SYMBOL, OTHER,
                          *(text for key, value in chosen.items() for text in ("--set", f"{key}={value}")))
            self.addCleanup(hub.stop)
            page = hub.address("dashboard").rstrip("/")
            eventually(lambda: books_live(get_json(f"{page}/ws/health"), 1), "the book is Live")
            follower = Follower(f"{folder}/relay.sock", depth=DEPTH)
            self.addCleanup(follower.stop)
            eventually(lambda: follower.is_live(SYMBOL) and len(follower.live) >= 20 and len(follower.trades) >= 20,
                       lambda: f"books and trades come: {follower.counts}")
            self.assertGreater(follower.check_live(hub.origin("sandbox")), 0)
            self.assertEqual(follower.violations, [])
            self.assertEqual(follower.missed, 0)
            self.assertEqual(set(follower.books), {SYMBOL})
            self.assertEqual({symbol for symbol, _ in follower.trades}, {SYMBOL})
            self.assertEqual(follower.counts["Quote"], 0)
            book = follower.books[SYMBOL]
            self.assertLessEqual(max(len(book.bids), len(book.asks)), DEPTH)
            filtered = get_json(f"{page}/ws/health")["filtered"]
            for reason in ("symbol", "kind", "joined"):
                self.assertGreater(filtered[reason], 0, reason)
            metrics = get(f"{page}/metrics", headers={"Accept": "text/plain"})
            self.assertIn('trunkline_filtered_total{reason="joined"}', metrics)


if __name__ == "__main__":
    unittest.main()
