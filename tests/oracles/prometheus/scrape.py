"""Prometheus scrapes the hub for real, and its own query API shows our series moving."""
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from processes import Process, eventually, free_port, get_json  # noqa: E402


def main(program):
    folder = tempfile.TemporaryDirectory(prefix="trunkline-prometheus-")
    hub = Process(program, "run", "--sandbox", "--sandbox-port", "0", "--http", "127.0.0.1:0", "--set", "relay.socket=none")
    prometheus = None
    try:
        target = urllib.parse.urlparse(hub.address("dashboard")).netloc
        config = pathlib.Path(folder.name) / "prometheus.yml"
        config.write_text(f"""global: {{scrape_interval: 500ms, scrape_timeout: 400ms}}
scrape_configs:
  - job_name: trunkline
    static_configs: [{{targets: ["{target}"]}}]
""")
        port = free_port()
        prometheus = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder.name}/data",
                                       f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])

        def query(expression):
            reply = get_json(f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(expression)}")
            result = reply["data"]["result"]
            return float(result[0]["value"][1]) if result else None

        eventually(lambda: query('up{job="trunkline"}') == 1, "the hub is up in Prometheus")
        eventually(lambda: (query('increase(trunkline_frames_total{type="Trade"}[10s])') or 0) > 0, "trades increase in Prometheus")
        eventually(lambda: query("min(trunkline_book_live)") == 1, "every book is live in Prometheus")
        assert query('trunkline_connection_up{connector="binance"}') == 1
        print("prometheus: scraped, trades moving, books live")
    finally:
        if prometheus:
            prometheus.kill()
        hub.stop()


main(sys.argv[1])
