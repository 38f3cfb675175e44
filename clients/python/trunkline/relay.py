"""A client of the relay's unix socket, on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Self

from .frames import FrameReader, encode
from .messages import Message, MessageType, Subscribe, SymbolMapping, Unsubscribe, Welcome
from .payloads import FrameError
from .symbols import symbol_hash

ALL_CHANNELS = (1 << 64) - 1


def channels_of(types: Iterable[MessageType] | None) -> int:
    """The channel bits of some message types; None: all."""
    return ALL_CHANNELS if types is None else sum(1 << kind for kind in set(types))


class RelayClient:
    """Subscribes, and gives the messages that the relay sends, in order.

        async with RelayClient(path) as relay:
            await relay.subscribe(["binance:BTC-USDT"])
            async for message in relay:
                ...

    The iteration ends when the relay closes; FrameError where the stream is damaged or ends within a frame. Messages
    missed on this link are told by Gap messages. `mappings` gathers what the relay says of the symbols, by hash.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.welcome: Welcome | None = None
        self.mappings: dict[int, SymbolMapping] = {}
        self._frames = FrameReader()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """OSError where nobody listens."""
        self._reader, self._writer = await asyncio.open_unix_connection(self.path)

    async def close(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass  # it is closed either way
        self._writer = None

    async def subscribe(self, symbols: Iterable[str] = (), channels: Iterable[MessageType] | None = None) -> None:
        """Canonical texts ("binance:BTC-USDT") and message types; none of them means all."""
        await self._send(Subscribe(channels=channels_of(channels), symbols=[symbol_hash(text) for text in symbols]))

    async def unsubscribe(self, symbols: Iterable[str] = (), channels: Iterable[MessageType] | None = None) -> None:
        await self._send(Unsubscribe(channels=channels_of(channels), symbols=[symbol_hash(text) for text in symbols]))

    def symbol_text(self, message: Message) -> str:
        """The canonical text of the message's symbol; its hash in hexadecimal where no mapping has come."""
        mapping = self.mappings.get(message.symbol)
        return mapping.text if mapping else f"{message.symbol:016x}"

    async def __aiter__(self) -> AsyncIterator[Message]:
        if self._reader is None:
            raise RuntimeError("connect() first")
        while data := await self._reader.read(1 << 16):
            for message in self._frames.feed(data):
                if isinstance(message, SymbolMapping):
                    self.mappings[message.symbol] = message
                elif isinstance(message, Welcome):
                    self.welcome = message
                yield message
        if self._frames.waiting:
            raise FrameError(f"the stream ended within a frame ({self._frames.waiting} bytes of it)")

    async def _send(self, message: Message) -> None:
        if self._writer is None:
            raise RuntimeError("connect() first")
        self._writer.write(encode(message))
        await self._writer.drain()
