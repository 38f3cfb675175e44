// Load test: the built dashboard in headless Chromium against the fake hub; prints what it keeps up with.
// node dev/load_test.mjs [--symbols 100] [--rate 5000] [--seconds 30]
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const option = (name, fallback) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const port = option("port", 8917);
const seconds = option("seconds", 30);
const hub = spawn(
  process.execPath,
  [
    fileURLToPath(new URL("start.mjs", import.meta.url)),
    "--port",
    port,
    "--symbols",
    option("symbols", 100),
    "--rate",
    option("rate", 5000),
  ].map(String),
  { stdio: ["ignore", "pipe", "inherit"] },
);
await new Promise((ready) => hub.stdout.once("data", ready));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForTimeout(5000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const metrics = async () =>
    Object.fromEntries((await devtools.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const processes = await browser.newBrowserCDPSession();
  const cpu = async () => {
    const used = {};
    for (const { type, cpuTime } of (await processes.send("SystemInfo.getProcessInfo")).processInfo)
      used[type] = (used[type] ?? 0) + cpuTime;
    return used;
  };
  const text = (id) => page.getByTestId(id).innerText();
  let behind = 0;
  const before = await metrics();
  const cpuBefore = await cpu();
  for (let i = 0; i < seconds; i++) {
    await page.waitForTimeout(1000);
    if ((await page.getByTestId("status").getAttribute("data-state")) !== "open") behind++;
    if (i % 5 === 4)
      console.log(
        `${await text("messages-per-second")} msg/s, lag ${await text("lag")}, ${await text("frame-rate")} fps, ${await text("worker-load")}`,
      );
  }
  const after = await metrics();
  const cpuAfter = await cpu();
  const elapsed = after.Timestamp - before.Timestamp;
  const share = (name) => `${(((after[name] - before[name]) / elapsed) * 100).toFixed(1)} %`;
  console.log(
    `main thread: ${share("TaskDuration")} busy, of it script ${share("ScriptDuration")}, layout ${share("LayoutDuration")}, style ${share("RecalcStyleDuration")}`,
  );
  console.log(
    "CPU (share of a core): " +
      Object.entries(cpuAfter)
        .map(([type, used]) => `${type} ${(((used - (cpuBefore[type] ?? 0)) / elapsed) * 100).toFixed(0)} %`)
        .join(", "),
  );
  console.log(
    `heap ${(after.JSHeapUsedSize / 1e6).toFixed(1)} MB; behind or unconnected in ${behind} of ${seconds} seconds`,
  );
  for (const row of await page.getByTestId("latency-row").all())
    console.log((await row.innerText()).replaceAll("\t", "  "));
  if (option("shot", 0)) await page.screenshot({ path: "load.png" });
} finally {
  await browser.close();
  hub.kill();
}
