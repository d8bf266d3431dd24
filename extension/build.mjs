// Bundles the widgets into the Python package; with --tests, the tests into build/ for node's own runner.
import { mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  loader: { ".css": "text" },
  logLevel: "warning",
  legalComments: "none",
};

if (process.argv.includes("--tests")) {
  mkdirSync(here("build"), { recursive: true });
  const tests = readdirSync(here("test")).map((name) => here(`test/${name}`));
  await build({
    ...common,
    entryPoints: tests,
    outdir: here("build"),
    outExtension: { ".js": ".mjs" },
    platform: "node",
  });
} else {
  const widgets = ["console", "loader", "switch"].map((name) => here(`src/${name}.ts`));
  await build({ ...common, entryPoints: widgets, outdir: here("../unikernel/notebook/static"), minify: true });
}
