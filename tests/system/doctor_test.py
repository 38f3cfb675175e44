"""`trunkline doctor` against the sandbox of every exchange: all that can be told holds, and what is broken on purpose is
named by its fact.
"""
import json
import os
import pathlib
import re
import subprocess
import unittest

PROGRAM = os.environ["TEST_PROGRAM"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
TLS, ACKNOWLEDGED, LIVE, STAYS_LIVE, NO_TRADE_MISSING, AUDIT, UNDERSTOOD, LIMITS = 2, 6, 10, 11, 12, 15, 21, 23


def start(exchange, *arguments):
    sources = ["--config", str(ROOT / "examples/bybit.toml")] if exchange == "bybit" else []
    return subprocess.Popen([PROGRAM, "doctor", exchange, "--sandbox", "--json", "--watch", "3", *sources, *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Report:
    def __init__(self, process):
        out, self.errors = process.communicate(timeout=180)
        self.code = process.returncode
        self.text = out
        self.report = json.loads(out)
        self.facts = {fact["number"]: fact for fact in self.report["facts"]}

    def numbers(self, holds):
        return {number for number, fact in self.facts.items() if fact["holds"] is holds}

    def __str__(self):
        return f"{self.text}\n{self.errors}"


def exchanges():
    """Those that have a sandbox, as the program itself names them."""
    refused = subprocess.run([PROGRAM, "doctor", "nosuch", "--sandbox"], capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1, refused
    return re.search(r"there are sandboxes of (.*)", refused.stderr).group(1).split(", ")


class Doctor(unittest.TestCase):
    def test_everything_holds_at_every_sandbox(self):
        running = {exchange: start(exchange) for exchange in exchanges()}
        self.assertIn("binance", running)
        for exchange, process in running.items():
            report = Report(process)
            with self.subTest(exchange):
                self.assertEqual(report.numbers(False), set(), report)
                self.assertEqual(report.code, 0, report)
                self.assertTrue(report.report["holds"])
                self.assertIn(TLS, report.numbers(None), "the sandbox has none")
                self.assertGreaterEqual(len(report.numbers(True)), 12, report)
                self.assertEqual(sorted(report.facts), list(range(1, len(report.facts) + 1)))
                if exchange.startswith("binance"):
                    self.assertEqual(report.numbers(None), {TLS}, report)
                    covered = {each["words"]: each["holds"] for each in report.report["not_checked_on_page"]}
                    self.assertEqual(covered["ping periods"], True)

    def test_a_lost_book_message_is_named_wherever_it_shows(self):
        # Alpaca has no books of stocks, and in its crypto stream nothing shows a loss; Hyperliquid tells each book whole.
        nothing_shows = ("alpaca", "alpaca_crypto", "hyperliquid")
        running = {exchange: start(exchange, "--fault", "drop:after=15") for exchange in exchanges() if exchange not in nothing_shows}
        for exchange, process in running.items():
            report = Report(process)
            with self.subTest(exchange):
                self.assertEqual(report.code, 1, report)
                self.assertTrue(report.numbers(False) & {STAYS_LIVE, AUDIT}, report)
                self.assertTrue(report.numbers(False) <= {STAYS_LIVE, AUDIT, NO_TRADE_MISSING}, report)

    def test_each_fault_is_named_by_its_fact(self):
        faults = [
            ("refuse_subscription:stream=depth,count=0", ACKNOWLEDGED, "depth refused"),
            ("silent_subscription:stream=depth,count=0", LIVE, "Syncing"),
            ("truncate:after=15", UNDERSTOOD, "parse_error"),
            ("http_429:stream=depth,retry_after=1", LIMITS, "429"),
            ("corrupt:field=price,after=15,count=0", AUDIT, ""),
        ]
        running = [start("binance", "--limit", "8", "--fault", fault) for fault, _, _ in faults]
        for (fault, number, detail), process in zip(faults, running):
            report = Report(process)
            with self.subTest(fault):
                self.assertEqual(report.code, 1, report)
                if number == AUDIT:
                    self.assertTrue(report.numbers(False) & {STAYS_LIVE, AUDIT, 13}, report)
                else:
                    self.assertIn(number, report.numbers(False), report)
                    self.assertIn(detail, report.facts[number]["detail"], report)

    def test_a_venue_that_is_not_there_fails_at_the_first_fact(self):
        for endpoint, number in (("http://127.0.0.1:1", 1), ("https://127.0.0.1:1", 1)):
            done = subprocess.run([PROGRAM, "doctor", "binance", "BTC-USDT", "--endpoint", endpoint, "--limit", "2", "--json"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1)
            facts = {fact["number"]: fact for fact in json.loads(done.stdout)["facts"]}
            self.assertEqual(facts[number]["holds"], False, done.stdout)
            self.assertEqual(facts[3]["holds"], None)

    def test_a_line_a_fact_is_printed_and_waiting_is_shown(self):
        done = subprocess.run([PROGRAM, "doctor", "binance", "--sandbox", "--watch", "6"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ok    5  the symbol is listed: binance:BTC-USDT is BTCUSDT: tick 0.01, ")
        self.assertRegex(done.stdout, r"(?m)^\?     2  TLS is verified: this address is without TLS$")
        self.assertIn("Of what docs/venues/binance.md marks as not checked, this looked at:", done.stdout)
        self.assertIn("waiting for what becomes of the book", done.stderr)

    def test_the_page_lists_the_facts_and_venue_pages_the_words(self):
        page = (ROOT / "docs/doctor.md").read_text()
        for exchange in ("binance_usdm", "coinbase", "kraken", "alpaca"):
            done = subprocess.run([PROGRAM, "doctor", exchange, "--endpoint", "http://127.0.0.1:1", "--limit", "1", "--json"],
                                  capture_output=True, text=True, timeout=60)
            report = json.loads(done.stdout)
            for fact in report["facts"]:
                self.assertIn(f"| {fact['number']} | {fact['fact']} |", page)
            section = (ROOT / f"docs/venues/{exchange.split('_')[0]}.md").read_text().split("## Not checked here")[1]
            self.assertTrue(report["not_checked_on_page"])
            for each in report["not_checked_on_page"]:
                self.assertIn(each["words"], section)


if __name__ == "__main__":
    unittest.main()
