import { defineConfig, type Plugin } from "vite";

// The hub embeds one file: everything the page needs goes into index.html.
function singleFile(): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("no index.html in the bundle");
      let html = String(page.source);
      for (const [name, item] of Object.entries(bundle)) {
        if (name === "index.html") continue;
        if (item.type === "asset" && name.endsWith(".css")) {
          const link = new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
          if (!link.test(html)) throw new Error(`index.html does not link ${name}`);
          html = html.replace(link, () => `<style>${String(item.source)}</style>`);
        } else if (item.type === "chunk") {
          const script = new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`);
          if (!script.test(html)) throw new Error(`index.html does not load ${name}`);
          const code = item.code.replace(/<\/script/g, "<\\/script");
          html = html.replace(script, "");
          html = html.replace("</body>", () => `<script type="module">${code}</script></body>`);
        } else {
          throw new Error(`${name} cannot be inlined`);
        }
        delete bundle[name];
      }
      page.source = html;
    },
  };
}

const hub = process.env.TRUNKLINE_HUB ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "./",
  plugins: [singleFile()],
  build: { target: "es2022", cssCodeSplit: false, assetsInlineLimit: 1 << 20, modulePreload: false },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "/ws": { target: hub, ws: true } } },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
