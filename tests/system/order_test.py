"""Orders by the program itself: placed, watched, amended, cancelled, halted, and taken over after a kill."""
import json
import os
import pty
import select
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from processes import Process, eventually, get, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
BTC = "binance:BTC-USDT"


class Desk:
    """A hub, and the command line that talks to it."""

    def __init__(self, folder, *arguments, environment=None):
        self.folder = folder
        self.token_file = f"{folder}/token"
        self.environment = {**os.environ, "XDG_STATE_HOME": f"{folder}/state", **(environment or {})}
        self.hub = Process(PROGRAM, "run", "--http", "127.0.0.1:0", BTC, "--set", f"relay.socket={folder}/relay.sock",
                           "--set", f"control.token_file={self.token_file}", *arguments, environment=self.environment)
        self.page = self.hub.address("dashboard").rstrip("/")

    def overview(self):
        return get_json(f"{self.page}/orders")

    def account(self, exchange="binance"):
        return next(each for each in self.overview()["accounts"] if each["exchange"] == exchange)

    def wait_until_ready(self):
        def ready():
            health = get_json(f"{self.page}/ws/health")
            return health["orders"]["binance"]["ready"] and health["books"][BTC]["state"] == "Live"
        eventually(ready, lambda: f"the account is ready\n{self.hub.stderr()}")

    def order(self, *arguments):
        done = subprocess.run([PROGRAM, "order", "--address", self.page.removeprefix("http://"), "--set",
                               f"control.token_file={self.token_file}", *arguments],
                              capture_output=True, text=True, timeout=60, env=self.environment, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def order_on_a_terminal(self, *arguments, answer):
        """What was said there, once the question was answered."""
        terminal, far_end = pty.openpty()
        process = subprocess.Popen([PROGRAM, "order", "--address", self.page.removeprefix("http://"), "--set",
                                    f"control.token_file={self.token_file}", *arguments], env=self.environment,
                                   stdin=far_end, stdout=far_end, stderr=far_end)
        os.close(far_end)
        said = b""
        while select.select([terminal], [], [], 60)[0]:
            try:
                said += os.read(terminal, 4096)
            except OSError:  # the far end is closed
                break
            if answer and said.rstrip().endswith(b"Type yes:"):
                os.write(terminal, f"{answer}\n".encode())
                answer = None
        os.close(terminal)
        return process.wait(60), said.decode()

    def ctl(self, *arguments):
        done = subprocess.run([PROGRAM, "ctl", "--address", self.page.removeprefix("http://"), "--set",
                               f"control.token_file={self.token_file}", *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def place(self, *arguments):
        """The order as JSON, once the venue has it."""
        code, out, err = self.order(*arguments, "--json")
        assert code == 0, f"{out}{err}\n{self.hub.stderr()}"
        return json.loads(out)

    def state(self, client_id):
        return get_json(f"{self.page}/orders/{client_id}")["state"]


def best_bid(sandbox):
    book = get_json(f"{sandbox}/sandbox/book?symbol=BTCUSDT&market=spot&depth=1")
    return float(book["bids"][0][0])


def resting(sandbox):
    """A price that waits: three in a hundred below the best bid."""
    return f"{best_bid(sandbox) * 0.97:.2f}"


def of_record(sandbox, client_id):
    orders = get_json(f"{sandbox}/sandbox/account?key=sandbox-key")["orders"]
    found = [order for order in orders if client_id in (order["client_id"], order["previous_client_id"])]
    return found[-1] if found else None


class Trading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-orders-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.desk = Desk(cls.folder.name, "--sandbox", "--sandbox-port", "0", "--set", "risk.duplicate_window=0s")
        cls.addClassCleanup(cls.desk.hub.stop)
        cls.sandbox = cls.desk.hub.origin("sandbox")
        cls.desk.wait_until_ready()

    def test_an_order_rests_is_amended_watched_and_cancelled(self):
        price = resting(self.sandbox)
        code, out, err = self.desk.order("buy", BTC, "0.01", "@", price)
        self.assertEqual(code, 0, err)
        self.assertIn("Open", out)
        client_id = out.split()[-1]
        self.assertEqual(of_record(self.sandbox, client_id)["quantity"], "0.01")
        watch = Process(PROGRAM, "order", "--address", self.desk.page.removeprefix("http://"), "watch", client_id)
        self.addCleanup(watch.stop)
        code, out, err = self.desk.order("amend", client_id, "0.008")
        self.assertEqual(code, 0, out + err)
        self.assertIn("buy 0.008", out)
        self.assertIn(client_id, self.desk.order("list")[1])
        code, out, err = self.desk.order("cancel", client_id)
        self.assertEqual(code, 0, err)
        self.assertIn("Cancelled", out)
        self.assertEqual(watch.process.wait(30), 0)
        seen = eventually(lambda: "\n".join(watch.lines) if any("Cancelled" in line for line in watch.lines) else "", "the end is seen")
        for word in ("Open", "0.008", "Cancelled"):
            self.assertIn(word, seen)
        self.assertIn("Cancelled", self.desk.order("status", client_id)[1])
        code, _, err = self.desk.order("cancel", client_id)
        self.assertEqual(code, 1)
        self.assertIn("is Cancelled", err)

    def test_a_market_order_fills_and_the_books_agree(self):
        order = self.desk.place("buy", BTC, "0.01", "--client-id", "market-1")
        filled = eventually(lambda: self.desk.state("market-1") == "Filled" and get_json(f"{self.desk.page}/orders/market-1"),
                            "the order is filled")
        record = of_record(self.sandbox, "market-1")
        self.assertEqual(order["client_order_id"], "market-1")
        self.assertEqual(record["cumulative_quantity"], filled["filled"])
        self.assertEqual(sorted(fill["price"] for fill in record["fills"]), sorted(fill["price"] for fill in filled["fills"]))
        result = next(each for each in self.desk.account()["results"] if each["symbol"] == BTC)
        self.assertIsNotNone(result["pnl"])
        balances = get_json(f"{self.sandbox}/sandbox/account?key=sandbox-key")["balances"]["spot"]["BTC"]

        def agrees():
            ours = next(each for each in self.desk.account()["balances"] if each["currency"] == "BTC")
            return ours["available"] == balances["free"]
        eventually(agrees, "the balance is that of the books of record")

    def test_the_kill_switch_by_command_and_by_signal(self):
        for halt in (lambda: self.assertEqual(self.desk.ctl("halt")[0], 0), lambda: self.desk.hub.signal(signal.SIGUSR1)):
            order = self.desk.place("buy", BTC, "0.01", "@", resting(self.sandbox))
            self.assertEqual(order["state"], "Open")
            halt()
            eventually(lambda: self.desk.state(order["client_order_id"]) == "Cancelled", "what is open is cancelled")
            self.assertEqual(of_record(self.sandbox, order["client_order_id"])["state"].lower(), "cancelled")
            code, _, err = self.desk.order("buy", BTC, "0.01", "@", resting(self.sandbox))
            self.assertEqual(code, 1)
            self.assertIn("alted", err)
            self.assertEqual(get_json(f"{self.desk.page}/ws/health")["orders"]["binance"]["trading_state"], "Halted")
            self.assertEqual(self.desk.ctl("resume")[0], 0)
        order = self.desk.place("buy", BTC, "0.01", "@", resting(self.sandbox))
        self.assertEqual(self.desk.order("cancel-all", BTC)[0], 0)
        eventually(lambda: self.desk.state(order["client_order_id"]) == "Cancelled", "cancel-all cancels")

    def test_mistakes_are_told_with_what_to_do(self):
        for arguments, words in ((("buy", BTC, "0.01", "@", f"{best_bid(self.sandbox) * 2:.2f}"), "risk.price_collar_bp"),
                                 (("buy", BTC, "0.01", "@"), "a price must follow"),
                                 (("buy", BTC, "0.01", "--type", "limt"), "is none of"),
                                 (("buy", "kraken:BTC-USD", "1"), "orders.exchanges"),
                                 (("status", "nothing"), "there is no order nothing"),
                                 (("buy", BTC, "0.0000000001"), "amount")):
            with self.subTest(arguments=arguments):
                code, _, err = self.desk.order(*arguments)
                self.assertEqual(code, 1)
                self.assertIn(words, err)
        done = subprocess.run([PROGRAM, "order", "--address", "127.0.0.1:1", "list"], capture_output=True, text=True,
                              timeout=30, env=self.desk.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("trunkline run --sandbox", done.stderr)

    def test_help_teaches_with_examples(self):
        done = subprocess.run([PROGRAM, "order", "--help"], capture_output=True, text=True, timeout=30)
        self.assertIn("trunkline order buy binance:BTC-USDT 0.01 @ 60000", done.stdout)

    def test_reading_needs_no_token_and_changing_does(self):
        get_json(f"{self.desk.page}/orders")
        request = urllib.request.Request(f"{self.desk.page}/orders", b"{}", method="POST")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()

    def test_the_stream_and_the_metrics_tell_of_orders(self):
        tail = Process(PROGRAM, "tail", "--type", "OrderStatus", "--socket", f"{self.folder.name}/relay.sock")
        self.addCleanup(tail.kill)
        eventually(lambda: tail.lines, "the reader is there")
        order = self.desk.place("buy", BTC, "0.01", "@", resting(self.sandbox))
        self.desk.order("cancel", order["client_order_id"])
        eventually(lambda: any(order["client_order_id"] in line and "Cancelled" in line for line in tail.lines), "it is told of")
        metrics = get(f"{self.desk.page}/metrics", headers={"Accept": "text/plain"})
        self.assertRegex(metrics, r'trunkline_orders_sent_total\{[^}]*exchange="binance"[^}]*\} [1-9]')
        self.assertRegex(metrics, r'trunkline_orders_ready\{[^}]*exchange="binance"[^}]*\} 1')


class TakenOver(unittest.TestCase):
    """A hub that dies leaves its orders at the venue; the next one takes them over."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="trunkline-orders-")
        self.addCleanup(self.folder.cleanup)
        self.venue = Process(PROGRAM, "sandbox", "binance", "--market", "spot", "--port", "0", "--symbols", "BTCUSDT")
        self.addCleanup(self.venue.stop)
        self.sandbox = self.venue.address("spot")
        self.keys = {"BINANCE_API_KEY": "sandbox-key", "BINANCE_API_SECRET": "sandbox-secret"}

    def desk(self, domain="sandbox", **more):
        desk = Desk(self.folder.name, "--set", f"exchange.binance.endpoint={self.sandbox}", "--set",
                    f"exchange.binance.domain={domain}", "--set", "orders.exchanges=binance",
                    environment={**self.keys, **more})
        self.addCleanup(desk.hub.stop)
        desk.wait_until_ready()
        return desk

    def test_an_open_order_is_taken_over_after_a_kill(self):
        first = self.desk()
        order = first.place("buy", BTC, "0.01", "@", resting(self.sandbox))
        first.hub.kill()
        self.assertEqual(of_record(self.sandbox, order["client_order_id"])["state"].lower(), "new")
        second = self.desk()
        again = get_json(f"{second.page}/orders/{order['client_order_id']}")
        self.assertEqual((again["state"], again["exchange_order_id"]), ("Open", order["exchange_order_id"]))
        self.assertEqual(again["timeline"]["moments"][0]["kind"], "taken_over")
        self.assertEqual(second.order("cancel", order["client_order_id"])[0], 0)
        self.assertEqual(of_record(self.sandbox, order["client_order_id"])["state"].lower(), "cancelled")
        self.assertEqual([each["client_order_id"] for each in second.overview()["open"]], [])
        # Nobody else may have the account meanwhile.
        rival = Process(PROGRAM, "run", BTC, "--http", "127.0.0.1:0", "--set", "relay.socket=none", "--set",
                        f"exchange.binance.endpoint={self.sandbox}", "--set", "exchange.binance.domain=sandbox",
                        "--set", "orders.exchanges=binance", environment=second.environment)
        self.assertEqual(rival.process.wait(30), 1)
        self.assertIn("orders.journal", rival.stderr())

    def test_a_live_account_wants_to_be_meant(self):
        # By name: its endpoint is the sandbox.
        desk = self.desk(domain="live")
        price = resting(self.sandbox)
        code, _, err = desk.order("buy", BTC, "0.01", "@", price)
        self.assertEqual(code, 1)
        self.assertIn("--live", err)
        code, _, err = desk.order("buy", BTC, "0.01", "@", price, "--live")
        self.assertEqual(code, 1)
        for word in ("binance", "main", "100000", "--yes"):
            self.assertIn(word, err)
        code, out, err = desk.order("buy", BTC, "0.01", "@", price, "--live", "--yes")
        self.assertEqual(code, 0, err)
        self.assertEqual(desk.order("cancel", out.split()[-1])[0], 0)

        # On a terminal it asks once, names account and limits, and takes nothing but a yes.
        buy = ("buy", BTC, "0.01", "@", price, "--live")
        code, said = desk.order_on_a_terminal(*buy, answer="y")
        self.assertEqual(code, 1, said)
        for word in ("real money", "binance", "main", "100000", "nothing was sent"):
            self.assertIn(word, said)
        self.assertEqual(desk.overview()["open"], [])
        code, said = desk.order_on_a_terminal(*buy, answer="yes")
        self.assertEqual(code, 0, said)
        code, out, err = desk.order("buy", BTC, "0.011", "@", price, "--live")
        self.assertEqual(code, 0, err)
        # Other limits are another question.
        desk.hub.stop()
        changed = self.desk(domain="live", TRUNKLINE_RISK_MAX_OPEN_ORDERS="7")
        code, _, err = changed.order(*buy)
        self.assertEqual(code, 1)
        self.assertIn("7", err)
        self.assertEqual(changed.order("cancel-all")[0], 0)

    def test_without_a_key_the_hub_says_what_is_missing(self):
        hub = Process(PROGRAM, "run", BTC, "--http", "127.0.0.1:0", "--set", "relay.socket=none", "--set",
                      "orders.exchanges=binance", environment={"BINANCE_API_KEY": "", "BINANCE_API_SECRET": ""})
        self.assertEqual(hub.process.wait(30), 1)
        self.assertIn("exchange.binance.credentials_file", hub.stderr())


if __name__ == "__main__":
    unittest.main()
