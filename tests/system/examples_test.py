"""The examples do what the docs say, against a sandbox; so do the program's own words."""
import os
import pathlib
import subprocess
import unittest

from processes import Process

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
