"""The Python code in docs/wire-protocol.md is run as it is shown."""

import contextlib
import io
import re
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

import paths
from test_relay import BTC, Server
from trunkline import Gap, Trade, encode

PAGE = (paths.ROOT / "docs/wire-protocol.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


class WireProtocolPage(unittest.IsolatedAsyncioTestCase):
    async def test_the_relay_example_prints_trades_and_losses(self):
        reply = encode(Trade(symbol=BTC, price=Decimal("61837.63"), quantity=Decimal("0.29"))) + encode(Gap(missed=3))
        names = {}
        exec(BLOCKS[0], names)
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            path = str(Path(folder) / "relay.sock")
            async with Server(path, reply):
                await names["watch"](path)
        self.assertEqual(out.getvalue(), "binance:BTC-USDT 61837.63000000 0.29000000\n3 messages missed\n")

    def test_the_frame_example_holds(self):
        exec(BLOCKS[1], {})

    def test_there_are_no_others(self):
        self.assertEqual(len(BLOCKS), 2)


if __name__ == "__main__":
    unittest.main()
