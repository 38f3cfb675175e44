"""The examples do what the docs say, against a sandbox; so do the program's own words."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from processes import Process, eventually, free_port, get, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
EXAMPLES = pathlib.Path(PROGRAM).parent / "examples"
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Process(PROGRAM, "sandbox", "binance", "--market", "spot", "--port", "0", "--symbols", "BTCUSDT", "--rate", "400")
        cls.endpoint = cls.sandbox.address("spot")

    @classmethod
    def tearDownClass(cls):
        assert cls.sandbox.stop() == 0

    def run_example(self, name):
        done = subprocess.run([EXAMPLES / f"example_{name}", "binance:BTC-USDT", self.endpoint], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_strategy_prints_spreads_of_live_books(self):
        output = self.run_example("spread_strategy")
        self.assertRegex(output, r"bid \d+(\.\d+)? ask \d+(\.\d+)? spread \d+(\.\d+)? traded")

    def test_the_embedded_hub_prints_trades(self):
        output = self.run_example("embedded_hub")
        self.assertRegex(output, r"(buy |sell) \d+(\.\d+)? \d+")
        self.assertRegex(output, r"\d+ messages, \d+ frames")

    def test_the_quoting_strategy_trades_and_ends_with_nothing_open(self):
        done = subprocess.run([EXAMPLES / "example_quoting_strategy", "binance:BTC-USDT", self.endpoint, "6"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(Buy|Sell) 0\.\d+ @ \d+")
        self.assertRegex(done.stdout, r"\d+ fills, bought \S+, sold \S+, PnL -?\d")
        self.assertIn("\n0 orders open\n", done.stdout)
        account = get_json(f"{self.endpoint}/sandbox/account?key=sandbox-key")
        self.assertEqual([order for order in account["orders"] if order["state"] in ("new", "partially_filled")], [])

    def run_alone(self, name, *arguments):
        done = subprocess.run([EXAMPLES / f"example_{name}", *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_push_connector_loses_its_book_and_gets_it_back(self):
        output = self.run_alone("push_connector")
        self.assertRegex(output, r"trade 1\d0")
        self.assertEqual(output.count("snapshot asked for"), 2)  # at first, and after the gap
        self.assertIn("the book came back 1 time", output)

    def test_the_pull_connector_passes_over_what_it_cannot_read(self):
        output = self.run_alone("pull_connector")
        self.assertEqual(output.count("trade 100.1 0.5"), 5)
        self.assertIn("1 events could not be read", output)

    def test_the_order_connector_tells_its_listeners_everything_once_and_remembers_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):
                output = self.run_alone("order_connector", folder)
                for line in ["the venue has it: 0.5 at 100", "filled 0.25 at 100", "cancelled, 0.25 had filled",
                             "not sent: myexchange:BTC-USD: nothing is left of the amount in steps of 0.001"]:
                    self.assertEqual(output.count(line), 1, output)


class Feeds(unittest.TestCase):
    """Connectors of one's own in processes of their own, and the connector feed by its setting."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.socket = str(pathlib.Path(folder.name) / "relay.sock")

    def run_hub(self, *arguments, environment=None):
        hub = Process(PROGRAM, "run", *arguments, "--http", f"127.0.0.1:{free_port()}", environment=environment)
        self.addCleanup(lambda: self.assertEqual(hub.stop(), 0))
        return hub.address("dashboard").rstrip("/")

    def book_is_live(self, address, symbol):
        return get_json(f"{address}/ws/health")["books"].get(symbol, {}).get("state") == "Live"

    def test_the_pull_connector_feeds_a_hub_through_its_relay(self):
        address = self.run_hub("--sandbox", "--sandbox-port", "0", "--set", f"relay.socket={self.socket}", "binance:BTC-USDT")
        feeder = subprocess.Popen([EXAMPLES / "example_pull_connector", self.socket], stdout=subprocess.DEVNULL)
        eventually(lambda: self.book_is_live(address, "myexchange:BTC-USD"), "the feeder's book is live")
        self.assertEqual(feeder.wait(30), 0)
        eventually(lambda: not self.book_is_live(address, "myexchange:BTC-USD"), "a collector that went takes its book along")

    def test_a_python_connector_feeds_a_hub_through_its_relay(self):
        address = self.run_hub("--sandbox", "--sandbox-port", "0", "--set", f"relay.socket={self.socket}", "binance:BTC-USDT")
        feeder = subprocess.Popen([sys.executable, "-c", PYTHON_FEEDER, self.socket], env={**os.environ, "PYTHONPATH": str(ROOT / "clients/python")})
        try:
            eventually(lambda: self.book_is_live(address, "python:BTC-USD"), "the feeder's book is live")
        finally:
            feeder.terminate()
            feeder.wait(10)

    def test_data_source_hft_connector_feeds_made_up_data(self):
        address = self.run_hub("binance:BTC-USDT", "binance:ETH-USDT", environment={"DATA_SOURCE": "hft_connector", "CONNECTOR_NAME": "binance_hft"})
        for symbol in ("binance:BTC-USDT", "binance:ETH-USDT"):
            eventually(lambda: self.book_is_live(address, symbol), f"{symbol} is live")
        self.assertIn("binance_hft", get(f"{address}/ws/health"))


PYTHON_FEEDER = """
import asyncio, sys, time
from trunkline import ConnectorStream, ConnectorWrapper

class Made(ConnectorWrapper):
    number = 0
    async def connect(self): pass
    async def disconnect(self): pass
    async def subscribe_trades(self, symbol): pass
    async def subscribe_depth(self, symbol): pass
    async def is_connected(self): return True
    def get_health_status(self): return {}
    async def next_event(self):
        await asyncio.sleep(0.01)
        self.number += 1
        return {"type": "depth", "timestamp": time.time_ns(), "bids": [(100, 1)], "asks": [(101, 1)], "last_update_id": self.number}

asyncio.run(ConnectorStream(Made(), sys.argv[1], {"BTCUSD": "python:BTC-USD"}).run())
"""


class Words(unittest.TestCase):
    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30)

    def test_help_teaches(self):
        done = self.run_program("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("run", "collect", "relay", "bridge", "tail", "sandbox", "settings", "trunkline run --sandbox"):
            self.assertIn(word, done.stdout)

    def test_the_page_lists_every_setting_as_the_program_does(self):
        table = self.run_program("settings", "--markdown").stdout
        page = (ROOT / "docs" / "configuration.md").read_text()
        begin, end = "<!-- table: trunkline settings --markdown -->\n", "<!-- end of table -->"
        self.assertEqual(page.split(begin)[1].split(end)[0], table)

    def test_mistakes_are_told_with_the_nearest_right_word(self):
        for arguments, words in ((("run", "binance"), "there is no ':' after the exchange"),
                                 (("run", "binanse:BTC-USDT"), "did you mean binance?"),
                                 (("run", "--set", "http.lissten=1"), 'did you mean "http.listen"?'),
                                 (("tail", "--type", "Trades"), "there is no such message")):
            with self.subTest(arguments=arguments):
                done = self.run_program(*arguments)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)

    def test_a_taken_address_is_told_with_what_to_do(self):
        first = Process(PROGRAM, "relay", "--socket", f"/tmp/trunkline-words-{os.getpid()}.sock")
        try:
            first.address("relay")
            done = self.run_program("relay", "--socket", f"/tmp/trunkline-words-{os.getpid()}.sock")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("relay.socket", done.stderr)
        finally:
            first.stop()


if __name__ == "__main__":
    unittest.main()
