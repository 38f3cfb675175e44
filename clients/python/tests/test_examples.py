"""The examples, whose code docs/wire-protocol.md shows, run as they are."""

import contextlib
import io
import runpy
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

import paths
from test_relay import BTC, Server
from trunkline import Gap, Trade, encode

EXAMPLES = paths.ROOT / "clients/python/examples"


class Examples(unittest.IsolatedAsyncioTestCase):
    async def test_watch_trades_prints_trades_and_losses(self):
        reply = encode(Trade(symbol=BTC, price=Decimal("61837.63"), quantity=Decimal("0.29"))) + encode(Gap(missed=3))
        names = runpy.run_path(str(EXAMPLES / "watch_trades.py"))
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            path = str(Path(folder) / "relay.sock")
            async with Server(path, reply):
                await names["watch"](path)
        self.assertEqual(out.getvalue(), "binance:BTC-USDT 61837.63000000 0.29000000\n3 messages missed\n")

    def test_read_frames_holds(self):
        names = runpy.run_path(str(EXAMPLES / "read_frames.py"))
        self.assertEqual(names["message"], Trade(price=Decimal("0.29"), quantity=Decimal("1.5"), sequence=1))


if __name__ == "__main__":
    unittest.main()
