// node a11y.mjs ../../_build/html [PAGE.html ...] : serves the built book on this machine, opens every page in light mode, dark
// mode and at a phone's width, and fails on any axe violation, script error, request that leaves this
// machine or is not answered, page that scrolls sideways, or box that cuts its code on a screen. CHROMIUM names the browser (default /usr/bin/chromium).
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const root = process.argv[2] ?? "../../_build/html";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const types = {
  ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
  ".png": "image/png", ".woff": "font/woff", ".woff2": "font/woff2", ".json": "application/json",
};

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  try {
    const data = await readFile(join(root, path));
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(data);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const home = `http://127.0.0.1:${server.address().port}`;

const pages = process.argv.length > 3 ? process.argv.slice(3) : ["genindex.html", "search.html"].concat(
  readdirSync(join(root, "chapters")).filter((name) => name.endsWith(".html")).map((name) => `chapters/${name}`));
const views = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update"],
});
const problems = [];
for (const { name, ...view } of views) {
  const context = await browser.newContext(view);
  await context.addInitScript((mode) => localStorage.setItem("mode", mode), view.colorScheme);
  for (const path of pages) {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const say = (text) => problems.push(`${path} (${name}): ${text}`);
    page.on("pageerror", (error) => say(`script error: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(home) && !url.startsWith("data:")) say(`request to ${url}`);
    });
    page.on("response", (response) => response.status() >= 400 && say(`${response.status()} for ${response.url()}`));
    await page.goto(`${home}/${path}`, { waitUntil: "networkidle" });
    await page.evaluate(() => window.MathJax?.startup?.promise);
    if (await page.locator("mjx-merror").count()) say("a formula that MathJax cannot read");
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (excess > 0) say(`scrolls sideways by ${excess} pixels`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, nodes } of violations) say(`${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/${path.replaceAll("/", "-")}-${name}.png`, fullPage: true });
    }
    for (const width of view.viewport.width < 1200 ? [] : [1280, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.evaluate(() => {
        document.querySelectorAll(".toggle-hidden").forEach((solution) => solution.classList.remove("toggle-hidden"));
        return [...document.querySelectorAll("div.highlight pre")].filter((box) => box.scrollWidth > box.clientWidth).length;
      });
      if (cut) say(`${cut} code boxes are cut at ${width} pixels`);
    }
    await page.close();
  }
  await context.close();
}
await browser.close();
server.close();
problems.forEach((problem) => console.log(problem));
console.log(`${pages.length} pages in ${views.length} views: ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
