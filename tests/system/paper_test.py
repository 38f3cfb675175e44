"""Paper trading by the program itself: accounts without keys at every exchange, and paper wherever they are shown."""
import json
import os
import subprocess
import tempfile
import unittest

from processes import Process, eventually, get, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
BTC = "binance:BTC-USDT"
KRAKEN = "kraken:BTC-USD"
STOCK = "alpaca:AAPL"  # has quotes and no book


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-paper-")
        cls.addClassCleanup(cls.folder.cleanup)
        folder = cls.folder.name
        cls.token = ["--set", f"control.token_file={folder}/token"]
        cls.hub = Process(PROGRAM, "run", "--sandbox", "--paper", "--sandbox-port", "0", "--http", "127.0.0.1:0", BTC, KRAKEN, STOCK,
                          "--set", f"relay.socket={folder}/relay.sock", "--set", "paper.latency=5ms",
                          "--set", "risk.duplicate_window=0s", *cls.token)
        cls.addClassCleanup(cls.hub.stop)
        cls.page = cls.hub.address("dashboard").rstrip("/")

        def ready():
            health = get_json(f"{cls.page}/ws/health")
            return all(health["orders"][each]["ready"] for each in ("binance", "kraken", "alpaca")) and \
                all(health["books"][each]["state"] == "Live" for each in (BTC, KRAKEN))
        eventually(ready, lambda: f"the accounts are ready\n{cls.hub.stderr()}")
        eventually(lambda: cls.order("buy", STOCK, "1")[0] == 0, lambda: f"it is quoted\n{cls.hub.stderr()}")

    @classmethod
    def order(cls, *arguments):
        done = subprocess.run([PROGRAM, "order", "--address", cls.page.removeprefix("http://"), *cls.token, *arguments],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def test_orders_fill_at_every_exchange_and_are_shown_as_paper(self):
        for symbol, amount, base, currency in ((BTC, "0.01", "BTC", "USDT"), (KRAKEN, "0.01", "BTC", "USD"), (STOCK, "2", "AAPL", "USD")):
            exchange = symbol.split(":")[0]
            code, out, err = self.order("buy", symbol, amount, "--json")
            self.assertEqual(code, 0, f"{out}{err}\n{self.hub.stderr()}")
            placed = json.loads(out)
            self.assertTrue(placed["paper"])
            self.assertEqual(placed["domain"], "paper")
            self.assertTrue(get_json(f"{self.page}/ws/health")["connectors"][f"{exchange}:paper:main"]["connected"])
            url = f"{self.page}/orders/{placed['client_order_id']}?exchange={exchange}"
            order = eventually(lambda: get_json(url)["state"] == "Filled" and get_json(url), "it fills")
            self.assertTrue(order["exchange_order_id"].startswith("paper-"))
            self.assertEqual({fill["liquidity"] for fill in order["fills"]}, {"Taker"})
            account = next(each for each in get_json(f"{self.page}/orders")["accounts"] if each["exchange"] == exchange)
            self.assertTrue(account["paper"])
            self.assertFalse(account["live"])
            balances = {each["currency"]: each["total"] for each in account["balances"]}
            self.assertGreaterEqual(float(balances[base]), float(amount))
            self.assertLess(float(balances[currency]), 100_000)
            self.assertIn("on paper", self.order("status", placed["client_order_id"])[1])
            self.assertIn(f"{exchange} paper main", self.order("list")[1])
            metrics = get(f"{self.page}/metrics", headers={"Accept": "text/plain"})
            ready = next(line for line in metrics.splitlines() if line.startswith("trunkline_orders_ready{") and exchange in line)
            self.assertIn('domain="paper"', ready)
            self.assertEqual(get_json(f"{self.page}/ws/health")["orders"][exchange]["domain"], "paper")
        eventually(lambda: get_json(f"{self.page}/ws/health")["status"] == "ok", "nothing of it is degraded")
        self.assertTrue(any("orders" in line and "paper" in line for line in self.hub.lines), self.hub.lines)

    def test_a_resting_order_is_amended_and_cancelled(self):
        code, out, err = self.order("buy", KRAKEN, "0.01", "@", self.resting())
        self.assertEqual(code, 0, err)
        self.assertIn("Open", out)
        client_id = out.split()[-1]
        code, out, err = self.order("amend", client_id, "0.02")
        self.assertEqual(code, 0, out + err)
        code, out, err = self.order("cancel", client_id)
        self.assertEqual(code, 0, out + err)
        self.assertIn("Cancelled", out)

    def resting(self):
        """Three in a hundred below what the last fill cost."""
        code, out, err = self.order("buy", KRAKEN, "0.01", "--json")
        self.assertEqual(code, 0, out + err)
        url = f"{self.page}/orders/{json.loads(out)['client_order_id']}"
        fills = eventually(lambda: get_json(url)["state"] == "Filled" and get_json(url)["fills"], "it fills")
        return f"{float(fills[0]['price']) * 0.97:.1f}"


class Refused(unittest.TestCase):
    def test_an_account_is_real_or_paper(self):
        done = subprocess.run([PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", BTC,
                               "--set", "orders.exchanges=binance", "--set", "orders.paper=binance", "--set", "relay.socket=none"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("orders.exchanges and orders.paper both name binance: an account is real or paper, never both", done.stderr)

    def test_an_exchange_that_is_none(self):
        done = subprocess.run([PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", BTC,
                               "--set", "orders.paper=krakken", "--set", "relay.socket=none"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("orders.paper", done.stderr)


if __name__ == "__main__":
    unittest.main()
