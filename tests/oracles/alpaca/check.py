"""What Alpaca's own SDK makes of the sandbox: its streams (MessagePack), its requests, and its errors."""

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from datetime import date

import requests
import websockets
from alpaca.common.exceptions import APIError
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.crypto import CryptoHistoricalDataClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.live.crypto import CryptoDataStream
from alpaca.data.live.stock import StockDataStream
from alpaca.data.requests import (
    CorporateActionsRequest, CryptoBarsRequest, CryptoLatestOrderbookRequest, CryptoLatestQuoteRequest,
    CryptoLatestTradeRequest, CryptoSnapshotRequest, StockBarsRequest, StockLatestBarRequest, StockLatestQuoteRequest,
    StockLatestTradeRequest, StockQuotesRequest, StockSnapshotRequest, StockTradesRequest)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, AssetStatus
from alpaca.trading.requests import GetAssetsRequest, GetCalendarRequest

KEY, SECRET = "oracle-key", "oracle-secret"
LIMIT = 120.0
checks = 0


def check(truth, what):
    global checks
    checks += 1
    if not truth:
        raise AssertionError(what)


class Sandbox:
    def __init__(self, binary, *options):
        self.process = subprocess.Popen(
            [binary, "sandbox", "alpaca", "--port", "0", "--symbols", "AAPL,MSFT,BTC/USD,ETH/USD", "--rate", "100",
             "--key", KEY, "--secret", SECRET, *options], stdout=subprocess.PIPE, text=True)
        found = None
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found:
                break
        check(found, "the sandbox did not start")
        self.port = int(found.group(1))
        self.http = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"

    def control(self, path, method="GET"):
        with urllib.request.urlopen(urllib.request.Request(self.http + path, method=method), timeout=10) as reply:
            return json.loads(reply.read() or b"{}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


async def stream(make, subscribe, done):
    """Runs an SDK stream until `done` holds."""
    client = make()
    subscribe(client)
    running = asyncio.create_task(client._run_forever())
    deadline = time.monotonic() + LIMIT
    try:
        while not done():
            if running.done():
                running.result()
                raise AssertionError("the stream ended by itself")
            check_deadline(deadline)
            await asyncio.sleep(0.02)
    finally:
        await client.stop_ws()
        await asyncio.wait({running}, timeout=10)
        running.cancel()


def check_deadline(deadline):
    if time.monotonic() > deadline:
        raise AssertionError("the stream did not bring everything in time")


def stocks(sandbox):
    seen = {"trades": [], "quotes": [], "statuses": [], "corrections": [], "cancels": []}

    def keep(kind):
        async def handler(message):
            seen[kind].append(message)
        return handler

    def subscribe(client):
        client.subscribe_trades(keep("trades"), "AAPL", "MSFT")
        client.subscribe_quotes(keep("quotes"), "*")
        client.subscribe_trading_statuses(keep("statuses"), "MSFT")
        client.register_trade_corrections(keep("corrections"))
        client.register_trade_cancels(keep("cancels"))

    asyncio.run(stream(lambda: StockDataStream(KEY, SECRET, url_override=sandbox.ws + "/v2/iex"), subscribe,
                       lambda: len(seen["trades"]) > 50 and len(seen["quotes"]) > 50 and len(seen["statuses"]) == 2
                       and seen["corrections"] and seen["cancels"]))
    check({trade.symbol for trade in seen["trades"]} <= {"AAPL", "MSFT"}, "trades of other symbols")
    check(all(trade.price > 0 and trade.size > 0 and trade.id > 0 for trade in seen["trades"]), "trades say nothing")
    check(all(abs(trade.timestamp.timestamp() - time.time()) < 120 for trade in seen["trades"]), "trades of another time")
    check(all(quote.bid_price < quote.ask_price for quote in seen["quotes"] if quote.bid_price and quote.ask_price),
          "crossed quotes")
    check([status.status_code for status in seen["statuses"]] == ["H", "T"], "no halt and resumption")
    check(seen["corrections"][0].corrected_size == 2 * seen["corrections"][0].original_size, "no correction")


def crypto(sandbox):
    books, trades = {}, []
    wholes = []

    async def on_book(message):
        # The SDK hands on the raw message: `r` is the whole book.
        of = books.setdefault(message["S"], {"b": {}, "a": {}})
        if message.get("r"):
            wholes.append(message["S"])
            of["b"].clear()
            of["a"].clear()
        for side in "ba":
            for level in message[side]:
                of[side][level["p"]] = level["s"]
                if level["s"] == 0:
                    del of[side][level["p"]]

    async def on_trade(message):
        trades.append(message)

    def subscribe(client):
        client.subscribe_orderbooks(on_book, "BTC/USD", "ETH/USD")
        client.subscribe_trades(on_trade, "BTC/USD")

    truth = {}

    def equal(symbol):
        return truth[symbol] == books[symbol]

    def done():
        if len(trades) < 30 or len(wholes) < 2:
            return False
        if not truth:
            sandbox.control("/sandbox/pause", "POST")
            for symbol in ("BTC/USD", "ETH/USD"):
                book = sandbox.control("/sandbox/book?symbol=" + symbol.replace("/", "%2F"))
                truth[symbol] = {side: {float(price): float(size) for price, size in book[name]}
                                 for side, name in (("b", "bids"), ("a", "asks"))}
        # What was sent before the market stood still is on its way.
        return all(map(equal, truth))

    asyncio.run(stream(lambda: CryptoDataStream(KEY, SECRET, raw_data=True, url_override=sandbox.ws + "/v1beta3/crypto/us"),
                       subscribe, done))
    check(all(trade["tks"] in "BS" for trade in trades), "no taker side")
    check(sorted(wholes) == ["BTC/USD", "ETH/USD"], "each book whole once")
    latest = CryptoHistoricalDataClient(KEY, SECRET, url_override=sandbox.http)
    book = latest.get_crypto_latest_orderbook(CryptoLatestOrderbookRequest(symbol_or_symbols="BTC/USD"))["BTC/USD"]
    check({level.price: level.size for level in book.bids} == books["BTC/USD"]["b"], "the requested book differs")
    sandbox.control("/sandbox/resume", "POST")


def requests_of(sandbox):
    trading = TradingClient(KEY, SECRET, url_override=sandbox.http)
    assets = trading.get_all_assets(GetAssetsRequest(status=AssetStatus.ACTIVE, asset_class=AssetClass.US_EQUITY))
    check([asset.symbol for asset in assets] == ["AAPL", "MSFT"], "assets")
    check(trading.get_asset("AAPL").tradable, "one asset")
    clock = trading.get_clock()
    check(clock.next_close > clock.timestamp, "clock")
    days = trading.get_calendar(GetCalendarRequest(start=date(2025, 11, 24), end=date(2025, 11, 30)))
    check([day.date.day for day in days] == [24, 25, 26, 28], "the week of Thanksgiving")
    check(days[-1].close.hour == 13 and days[0].close.hour == 16, "a half day")
    years = trading.get_calendar(GetCalendarRequest(start=date(2021, 1, 1), end=date(2026, 12, 31)))
    # Trading days of the New York Stock Exchange; 2025 closed on January 9 out of turn, which rules do not know.
    count = {year: sum(day.date.year == year for day in years) for year in range(2021, 2027)}
    check(count == {2021: 252, 2022: 251, 2023: 250, 2024: 252, 2025: 251, 2026: 251}, f"trading days {count}")

    data = StockHistoricalDataClient(KEY, SECRET, url_override=sandbox.http)
    trade = data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=["AAPL", "MSFT"]))
    check(trade["AAPL"].price > 0 and trade["MSFT"].size > 0, "latest trades")
    quote = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAPL"))["AAPL"]
    check(quote.bid_price < quote.ask_price, "latest quote")
    check(data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="AAPL"))["AAPL"].high > 0, "latest bar")
    shot = data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="AAPL"))["AAPL"]
    check(shot.daily_bar.low <= shot.latest_trade.price <= shot.daily_bar.high, "snapshot")
    # The SDK follows pages until it has as many as it was asked for.
    many = data.get_stock_trades(StockTradesRequest(symbol_or_symbols=["AAPL", "MSFT"], limit=30))
    check(sum(map(len, many.data.values())) == 30, "trades in pages")
    check(len(data.get_stock_quotes(StockQuotesRequest(symbol_or_symbols="AAPL", limit=20)).data["AAPL"]) == 20, "quotes")
    bars = data.get_stock_bars(StockBarsRequest(symbol_or_symbols="AAPL", timeframe=TimeFrame.Minute, limit=10))
    check(len(bars.data["AAPL"]) == 10, "bars")

    coins = CryptoHistoricalDataClient(KEY, SECRET, url_override=sandbox.http)
    check(coins.get_crypto_latest_trade(CryptoLatestTradeRequest(symbol_or_symbols="BTC/USD"))["BTC/USD"].price > 0, "crypto")
    quote = coins.get_crypto_latest_quote(CryptoLatestQuoteRequest(symbol_or_symbols="BTC/USD"))["BTC/USD"]
    check(quote.bid_price < quote.ask_price, "crypto quote")
    check(coins.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols="ETH/USD"))["ETH/USD"].daily_bar.volume >= 0, "snapshot")
    bars = coins.get_crypto_bars(CryptoBarsRequest(symbol_or_symbols="BTC/USD", timeframe=TimeFrame.Hour, limit=5))
    check(len(bars.data["BTC/USD"]) == 5, "crypto bars")

    actions = CorporateActionsClient(KEY, SECRET, url_override=sandbox.http)
    got = actions.get_corporate_actions(CorporateActionsRequest(
        symbols=["AAPL", "MSFT"], start=date(2026, 11, 27), end=date(2026, 12, 31), limit=1000)).data
    check({action.symbol for action in got["cash_dividends"]} == {"AAPL", "MSFT"}, "dividends")
    check(got["forward_splits"][0].new_rate == 2, "split")


def refusals(sandbox):
    try:
        TradingClient(KEY, "wrong", url_override=sandbox.http).get_clock()
        raise AssertionError("a wrong secret was taken")
    except APIError as error:
        check(error.status_code == 403, "403 for a wrong secret")

    async def codes():
        out = []
        async with websockets.connect(sandbox.ws + "/v2/iex") as first:
            await first.recv()
            await first.send(json.dumps({"action": "subscribe", "trades": ["AAPL"]}))
            out.append(json.loads(await first.recv())[0]["code"])
            await first.send(json.dumps({"action": "auth", "key": KEY, "secret": SECRET}))
            await first.recv()
            await first.send(json.dumps({"action": "auth", "key": KEY, "secret": SECRET}))
            out.append(json.loads(await first.recv())[0]["code"])
            await first.send(json.dumps({"action": "subscribe", "orderbooks": ["BTC/USD"]}))
            out.append(json.loads(await first.recv())[0]["code"])
            await first.send("nonsense")
            out.append(json.loads(await first.recv())[0]["code"])
            async with websockets.connect(sandbox.ws + "/v2/iex") as second:
                await second.recv()
                await second.send(json.dumps({"action": "auth", "key": KEY, "secret": SECRET}))
                out.append(json.loads(await second.recv())[0]["code"])
            async with websockets.connect(sandbox.ws + "/v2/sip") as third:
                await third.recv()
                await third.send(json.dumps({"action": "auth", "key": KEY, "secret": "wrong"}))
                out.append(json.loads(await third.recv())[0]["code"])
        return out

    found = asyncio.run(codes())
    check(found == [401, 403, 410, 400, 406, 402], f"error codes {found}")
    check(requests.get(sandbox.http + "/v2/clock", timeout=10).status_code == 403, "no key")


def main():
    binary = sys.argv[1]
    with Sandbox(binary, "--halt", "MSFT:2:2") as sandbox:
        stocks(sandbox)
        crypto(sandbox)
    with Sandbox(binary, "--clock", "2026-11-25T10:00:00-05:00") as sandbox:
        requests_ready(sandbox)
        requests_of(sandbox)
        refusals(sandbox)
    print(f"alpaca-py: {checks} checks")


def requests_ready(sandbox):
    """Waits until enough was traded to ask for."""
    data = StockHistoricalDataClient(KEY, SECRET, url_override=sandbox.http)
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            trades = data.get_stock_trades(StockTradesRequest(symbol_or_symbols=["AAPL", "MSFT"], limit=30)).data
            quotes = data.get_stock_quotes(StockQuotesRequest(symbol_or_symbols="AAPL", limit=20)).data
            if sum(map(len, trades.values())) == 30 and len(quotes.get("AAPL", [])) == 20:
                return
        except (KeyError, APIError):
            pass
        check_deadline(deadline)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
