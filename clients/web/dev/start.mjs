// Runs dev/fake_hub.ts through Vite's own compiler: node dev/start.mjs [--port 8000] [--symbols 100] [--rate 5000] [--seed 1]
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const server = await createServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { start } = await server.ssrLoadModule("/dev/fake_hub.ts");
await start(process.argv.slice(2));
