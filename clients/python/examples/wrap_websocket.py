"""Wraps a WebSocket client that you bring, and feeds the hub with what it receives: wrap_websocket.py RELAY_SOCKET URL

`client` is anything with connect(url), send(text), recv() and close() as coroutines: websockets, aiohttp or your own.
"""

import asyncio
import json
import sys

from trunkline import ConnectorStream, ConnectorWrapper


class WebSocketConnector(ConnectorWrapper):
    def __init__(self, client, url):
        self.client = client
        self.url = url
        self.connected = False
        self.received = 0

    async def connect(self):
        await self.client.connect(self.url)
        self.connected = True

    async def disconnect(self):
        self.connected = False
        await self.client.close()

    async def subscribe_trades(self, symbol):
        await self.client.send(json.dumps({"op": "subscribe", "channel": "trades", "symbol": symbol}))

    async def subscribe_depth(self, symbol):
        await self.client.send(json.dumps({"op": "subscribe", "channel": "book", "symbol": symbol}))

    async def next_event(self):
        message = json.loads(await self.client.recv(), parse_float=str)  # str keeps every digit
        self.received += 1
        match message.get("channel"):
            case "trades":
                return {"type": "trade", "symbol": message["symbol"], "timestamp": message["time"], "price": message["price"],
                        "qty": message["size"], "side": message["side"], "id": message["id"]}
            case "book":
                return {"type": "depth", "symbol": message["symbol"], "timestamp": message["time"], "bids": message["bids"],
                        "asks": message["asks"], "last_update_id": message["seq"]}
        return None  # an answer to a subscription, a heartbeat

    async def is_connected(self):
        return self.connected

    def get_health_status(self):
        return {"connected": self.connected, "received": self.received}


async def feed(client, url, socket_path):
    stream = ConnectorStream(WebSocketConnector(client, url), socket_path, {"BTC/USD": "myexchange:BTC-USD"})
    await stream.run()


if __name__ == "__main__":
    import websockets  # of the user's choice: pip install websockets

    class Client:
        async def connect(self, url):
            self.socket = await websockets.connect(url)

        async def send(self, text):
            await self.socket.send(text)

        async def recv(self):
            return await self.socket.recv()

        async def close(self):
            await self.socket.close()

    asyncio.run(feed(Client(), sys.argv[2], sys.argv[1]))
