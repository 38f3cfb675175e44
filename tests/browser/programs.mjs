// What the browser is pointed at: the real program with its embedded sandbox, or the dashboard's own fake hub.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** What the hubs of these tests take as control token. */
export const controlToken = "the-token-of-the-browser-tests";

/** A process whose standard output names addresses: "  dashboard  http://127.0.0.1:8000". */
class Program {
  constructor(command, args) {
    this.output = "";
    this.errors = "";
    this.addresses = new Map();
    const env = { ...process.env, TRUNKLINE_CONTROL_TOKEN: controlToken };
    this.process = spawn(command, args, { cwd: repository, stdio: ["ignore", "pipe", "pipe"], env });
    process.once("exit", () => this.process.kill("SIGKILL"));
    this.ended = new Promise((done) => this.process.once("exit", done));
    this.process.stderr.on("data", (data) => (this.errors = (this.errors + data).slice(-8000)));
    this.process.stdout.on("data", (data) => {
      this.output += data;
      for (const [, name, url] of this.output.matchAll(/^\s*(\w[\w ]*?)[:\s]\s*(https?:\/\/[\d.:]+)\S*(?: .*)?$/gm))
        if (!this.addresses.has(name)) this.addresses.set(name, url);
    });
  }

  async address(name, seconds = 30) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      if (this.addresses.has(name)) return this.addresses.get(name);
      if (this.process.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 30));
    }
    throw new Error(
      `no address "${name}" was printed (exit code ${this.process.exitCode})\n${this.output}\n${this.errors}`,
    );
  }

  async kill() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.ended;
  }
}

/** `trunkline run --sandbox`; the same port again after a restart, so that the page can find it. */
export function trunkline(path) {
  return {
    symbols: ["binance:BTC-USDT", "binance:ETH-USDT"],
    takesOrders: true,
    async start(port, options = {}) {
      const program = new Program(path, [
        "run",
        "--sandbox",
        "--sandbox-port",
        "0",
        "--http",
        `127.0.0.1:${port}`,
        "--set",
        "relay.socket=none",
        ...(options.arguments ?? []),
        ...(options.symbols ?? []),
      ]);
      const sandbox = await program.address("sandbox");
      return { page: await program.address("dashboard"), sandbox, kill: () => program.kill() };
    },
  };
}

export function fakeHub() {
  return {
    symbols: ["binance:BTC-USDT", "binance:ETH-USDT"],
    async start(port) {
      const program = new Program(process.execPath, ["clients/web/dev/start.mjs", "--port", String(port)]);
      const page = await program.address("fake hub");
      return { page, sandbox: page, kill: () => program.kill() };
    },
  };
}
