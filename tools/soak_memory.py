#!/usr/bin/env python3
"""Runs hub and sandbox in two processes at full rate and watches the hub's resident memory.

usage: tools/soak_memory.py PROGRAM MINUTES
Fails when memory in the last quarter is more than 5 % above that of the second quarter.
"""
import pathlib
import socket
import subprocess
import sys
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def main():
    program, minutes = sys.argv[1], float(sys.argv[2])
    sandbox_port, http_port = free_port(), free_port()
    sandbox = subprocess.Popen([program, "sandbox", "binance", "--port", str(sandbox_port), "--symbols", "BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT",
                                "--rate", "5000"])
    hub = subprocess.Popen([program, "run", "binance:BTC-USDT", "binance:ETH-USDT", "binance:SOL-USDT", "binance:XRP-USDT",
                            "--http", f"127.0.0.1:{http_port}", "--set", "relay.socket=none",
                            "--set", f"exchange.binance.endpoint=http://127.0.0.1:{sandbox_port}"])
    samples = []
    try:
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            time.sleep(5)
            if hub.poll() is not None or sandbox.poll() is not None:
                sys.exit("a process ended early")
            samples.append(resident_kib(hub.pid))
            print(f"{len(samples) * 5:5d} s  {samples[-1] / 1024:.1f} MiB", flush=True)
    finally:
        hub.terminate()
        sandbox.terminate()
    quarter = len(samples) // 4
    early = sorted(samples[quarter:2 * quarter])[quarter // 2]
    late = sorted(samples[-quarter:])[quarter // 2]
    print(f"median of the second quarter {early / 1024:.1f} MiB, of the last {late / 1024:.1f} MiB")
    sys.exit(late > early * 1.05)


main()
