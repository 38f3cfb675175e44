"""What Hyperliquid's own SDK makes of the sandbox: it signs, places, modifies, cancels and asks. Only its URL is changed."""

import json
import re
import subprocess
import sys
import time
import urllib.request

import eth_account
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

KEY = "0x" + "0123456789" * 6 + "0123"
checks = 0


def check(truth, what):
    global checks
    checks += 1
    if not truth:
        raise AssertionError(what)


def eventually(holds, what):
    deadline = time.monotonic() + 20
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(what)
        time.sleep(0.01)


def status(reply):
    check(reply["status"] == "ok", reply)
    statuses = reply["response"]["data"]["statuses"]
    check(len(statuses) == 1, reply)
    return statuses[0]


def trade(url):
    wallet = eth_account.Account.from_key(KEY)
    exchange = Exchange(wallet, base_url=url)
    info = Info(base_url=url)
    seen = {"orderUpdates": [], "userFills": [], "userEvents": []}
    for kind, messages in seen.items():
        info.subscribe({"type": kind, "user": wallet.address}, messages.append)
    eventually(lambda: seen["userFills"], "no first message of fills")
    check(seen["userFills"][0]["data"]["isSnapshot"] is True, "fills do not begin with what was")

    price = round(float(info.all_mids()["BTC"]) * 0.9)
    cloid = Cloid.from_int(7)
    placed = status(exchange.order("BTC", True, 0.01, price, {"limit": {"tif": "Gtc"}}, cloid=cloid))
    oid = placed["resting"]["oid"]
    check(placed["resting"]["cloid"] == cloid.to_raw(), placed)
    check([order["oid"] for order in info.open_orders(wallet.address)] == [oid], "the order is not open")
    check(info.frontend_open_orders(wallet.address)[0]["orderType"] == "Limit", "frontendOpenOrders")
    check(info.query_order_by_cloid(wallet.address, cloid)["order"]["order"]["oid"] == oid, "not found by cloid")

    changed = status(exchange.modify_order(oid, "BTC", True, 0.02, price - 10, {"limit": {"tif": "Gtc"}}, cloid=cloid))
    later = changed["resting"]["oid"]
    check(later != oid, "a modified order has another number")
    check(info.query_order_by_oid(wallet.address, oid)["order"]["status"] == "canceled", "the old number lives")
    check(status(exchange.cancel("BTC", later)) == "success", "cancel")
    check("never placed" in status(exchange.cancel_by_cloid("BTC", cloid))["error"], "cancelled twice")
    check(info.query_order_by_oid(wallet.address, 1)["status"] == "unknownOid", "an order nobody placed")

    check("Post only" in status(exchange.order("BTC", True, 0.01, round(price * 1.2), {"limit": {"tif": "Alo"}}))["error"],
          "post-only took")
    check("minimum value of $10" in status(exchange.order("BTC", True, 0.0001, price, {"limit": {"tif": "Gtc"}}))["error"],
          "too small an order")
    check("tick size" in status(exchange.order("BTC", True, 0.01, price + 0.1, {"limit": {"tif": "Gtc"}}))["error"],
          "six figures")
    check("could not immediately match" in
          status(exchange.order("BTC", True, 0.01, price, {"limit": {"tif": "Ioc"}}))["error"], "an Ioc far away")
    check("Reduce only" in
          status(exchange.order("BTC", True, 0.01, price, {"limit": {"tif": "Gtc"}}, reduce_only=True))["error"],
          "reduced nothing")

    check(exchange.update_leverage(5, "ETH")["status"] == "ok", "leverage")
    filled = status(exchange.market_open("ETH", True, 0.5))["filled"]
    check(filled["totalSz"] == "0.5", filled)
    state = info.user_state(wallet.address)
    position = state["assetPositions"][0]["position"]
    check((position["coin"], position["szi"], position["leverage"]["value"]) == ("ETH", "0.5", 5), position)
    stop = status(exchange.order("ETH", False, 0.5, round(float(filled["avgPx"]) * 0.8),
                                 {"trigger": {"isMarket": True, "triggerPx": round(float(filled["avgPx"]) * 0.85),
                                              "tpsl": "sl"}}, reduce_only=True))
    waiting = info.frontend_open_orders(wallet.address)[0]
    check((waiting["oid"], waiting["orderType"], waiting["isTrigger"]) == (stop["resting"]["oid"], "Stop Market", True),
          waiting)
    check(status(exchange.cancel("ETH", stop["resting"]["oid"])) == "success", "cancel a stop")
    check(status(exchange.market_close("ETH"))["filled"]["totalSz"] == "0.5", "close")
    fills = info.user_fills(wallet.address)
    check({fill["dir"] for fill in fills} == {"Open Long", "Close Long"}, fills)
    check(info.user_state(wallet.address)["assetPositions"] == [], "the position is closed")
    eventually(lambda: sum(len(message["data"]["fills"]) for message in seen["userFills"]) == len(fills),
               "fills of the stream are not those of the list")
    eventually(lambda: any(update["order"]["oid"] == later and update["status"] == "canceled"
                           for message in seen["orderUpdates"] for update in message["data"]), "no update of the end")

    stranger = Exchange(eth_account.Account.from_key("0x" + "11" * 32), base_url=url)
    refused = stranger.order("BTC", True, 0.01, price, {"limit": {"tif": "Gtc"}})
    check(refused["status"] == "err" and "does not exist" in refused["response"], refused)
    body = json.dumps({"key": stranger.wallet.address}).encode()
    urllib.request.urlopen(urllib.request.Request(url + "/sandbox/account", data=body, method="POST"), timeout=10).read()
    check("resting" in status(stranger.order("BTC", True, 0.01, price, {"limit": {"tif": "Gtc"}})), "an opened account")
    exchange.schedule_cancel(int(time.time() * 1000) + 60_000)
    info.disconnect_websocket()


def main(binary):
    process = subprocess.Popen([binary, "sandbox", "hyperliquid", "--port", "0", "--symbols", "BTC,ETH", "--rate", "100",
                                "--account", KEY], stdout=subprocess.PIPE, text=True)
    try:
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout)))
        trade(found.group(0))
    finally:
        process.terminate()
        process.wait(timeout=20)
    print(f"hyperliquid-python-sdk: {checks} checks passed")


main(sys.argv[1])
