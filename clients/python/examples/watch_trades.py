"""Prints the trades of one symbol from the relay's socket: watch_trades.py SOCKET"""

import asyncio
import sys

from trunkline import Gap, RelayClient, Trade


async def watch(socket_path):
    async with RelayClient(socket_path) as relay:
        await relay.subscribe(["binance:BTC-USDT"])
        async for message in relay:
            match message:
                case Trade(price=price, quantity=quantity):
                    print(relay.symbol_text(message), price, quantity)
                case Gap(missed=missed):
                    print(missed, "messages missed")


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1]))
