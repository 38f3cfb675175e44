"""A running hub is changed by `trunkline ctl`, by nobody without the token, and nobody else's stream is touched."""
import os
import stat
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from processes import Process, books_live, eventually, get_json

PROGRAM = os.environ["TEST_PROGRAM"]
BTC, ETH = "binance:BTC-USDT", "binance:ETH-USDT"


class Control(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trunkline-control-")
        cls.token_file = f"{cls.folder.name}/token"
        cls.hub = Process(PROGRAM, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", BTC, ETH,
                          "--set", f"relay.socket={cls.folder.name}/relay.sock",
                          "--set", f"control.token_file={cls.token_file}")
        cls.page = cls.hub.address("dashboard").rstrip("/")
        cls.address = cls.page.removeprefix("http://")
        eventually(lambda: books_live(cls.health(), 2), "both books are Live")

    @classmethod
    def tearDownClass(cls):
        code = cls.hub.stop()
        cls.folder.cleanup()
        assert code == 0, f"the hub ended with {code}:\n{cls.hub.stderr()}"

    @classmethod
    def health(cls):
        return get_json(f"{cls.page}/ws/health")

    def ctl(self, *arguments):
        done = subprocess.run([PROGRAM, "ctl", "--address", self.address, "--set", f"control.token_file={self.token_file}",
                               *arguments], capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout, done.stderr

    def request(self, method, path, token=None, body=None):
        request = urllib.request.Request(f"{self.page}{path}", method=method, data=body)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def test_the_token_is_made_for_this_user_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.token_file).st_mode), 0o600)

    def test_nobody_without_the_token_is_heard(self):
        with open(self.token_file, encoding="utf-8") as file:
            token = file.read().strip()
        self.assertEqual(self.request("GET", "/control/connectors"), 401)
        self.assertEqual(self.request("GET", "/control/connectors", token[:-1]), 401)
        self.assertEqual(self.request("DELETE", "/control/connectors/binance", "x" * len(token)), 401)
        self.assertEqual(self.request("GET", "/control/connectors", token), 200)
        self.assertEqual(self.request("GET", "/control/nothing", token), 404)
        self.assertEqual(self.request("POST", "/control/subscriptions", token, b"{]"), 400)

    def test_symbols_come_and_go_while_the_others_stay(self):
        gaps = self.health()["books"][BTC]["gaps"]
        self.assertEqual(self.ctl("unsubscribe", ETH)[0], 0)
        eventually(lambda: self.health()["books"][ETH]["reason"] == "Unsubscribed", "ETH is left")
        self.assertEqual(self.ctl("subscribe", ETH)[0], 0)
        eventually(lambda: all(self.health()["books"][symbol]["state"] == "Live" for symbol in (BTC, ETH)), "both are Live again")
        self.assertEqual(self.health()["books"][BTC]["gaps"], gaps)

    def test_connectors_come_and_go(self):
        code, out, _ = self.ctl("connectors")
        self.assertEqual(code, 0)
        self.assertIn("binance", out)
        self.assertEqual(self.ctl("connect", "binance_usdm")[0], 0)
        self.assertEqual(self.ctl("subscribe", "binance_usdm:BTC-USDT")[0], 0)
        eventually(lambda: books_live(self.health(), 3), "the new connector's book is Live", 60)
        self.assertEqual(self.ctl("connect", "binance_usdm")[0], 1)
        self.assertEqual(self.ctl("disconnect", "binance_usdm")[0], 0)
        eventually(lambda: self.health()["books"]["binance_usdm:BTC-USDT"]["state"] == "Stale", "its book is Stale")
        self.assertNotIn("binance_usdm", self.ctl("connectors")[1])
        code, _, err = self.ctl("disconnect", "binance_usdm")
        self.assertEqual(code, 1)
        self.assertIn("there are: binance", err)

    def test_a_wrong_symbol_is_refused_with_words(self):
        code, _, err = self.ctl("subscribe", "nowhere:BTC-USDT")
        self.assertEqual(code, 1)
        self.assertIn("nowhere", err)


if __name__ == "__main__":
    unittest.main()
