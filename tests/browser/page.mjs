// Looks at plans as pages in a browser: node page.mjs CHROMIUM FOLDER [PART OF A CHECK'S NAME]
//
// The folder has the pages. Its `shots` get a picture of each, to be looked at. OCTODNS_TEST_BROWSER is the folder with
// node_modules.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.OCTODNS_TEST_BROWSER, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

// Opens a page; anything that it asks for, says on the console or wants to know is a fault.
const open = async (name, options = {}, next = name) => {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error}`));
  page.on("dialog", (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const urls = [name, next].map((name) => pathToFileURL(join(folder, name)).href);
  page.on("request", (request) => {
    if (!urls.includes(request.url().split("#")[0])) faults.push(`request: ${request.url()}`);
  });
  await page.goto(urls[0], { waitUntil: "load" });
  return { page, close: async () => { assert.deepEqual(faults, [], name); await context.close(); } };
};

const shot = (page, name, options = {}) =>
  page.screenshot({ path: join(folder, "shots", `${name}.png`), fullPage: true, ...options });

// How many changes are shown, by what the page says and by what is there.
const count = async (page) => {
  const said = await page.textContent("#count");
  const there = await page.locator("li[data-name]:not([hidden])").evaluateAll(
    (rows) => rows.filter((row) => !row.closest("details.zone").hidden).length,
  );
  assert.equal(Number(said.split(" ")[0]), there, said);
  return there;
};

// What axe objects to seriously.
const objections = async (page) => {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 10, "the rules were applied");
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
};

const checks = {
  async "filters show what fits them"() {
    const { page, close } = await open("plan.html");
    const all = await count(page);
    assert.ok(all >= 8, `${all}`);
    const filtered = async (change) => {
      await change();
      const shown = await count(page);
      await page.click("button[type=reset]");
      await page.waitForFunction((all) => document.getElementById("count").textContent.startsWith(`${all} `), all);
      return shown;
    };
    assert.equal(await filtered(() => page.selectOption("#zone", { label: "example.org." })), 1);
    assert.equal(await filtered(() => page.selectOption("#target", { label: "backup" })), 1);
    assert.equal(await filtered(() => page.selectOption("#type", "MX")), 1);
    assert.equal(await filtered(() => page.uncheck("[value=update]")), await page.locator("li[data-name].create, li[data-name].delete").count());
    assert.equal(await filtered(() => page.check("#only-unsafe")), 1);
    assert.equal(await filtered(() => page.check("#only-notice")), await page.locator("li.notice").count());
    assert.equal(await filtered(() => page.check("#only-drift")), await page.locator("[data-drift]").count());
    const drift = await page.locator("[data-drift]").count();
    assert.ok(drift >= 1 && drift < all, `${drift}`);
    await page.fill("#text", "MX2.example.net www-is-nowhere");
    await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("0 "));
    assert.ok(await page.isVisible("#none"));
    await page.fill("#text", "example.com MX2");
    await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("1 "));
    assert.equal(await count(page), 1);
    assert.ok(await page.locator("details.zone[hidden]").count() >= 1, "zones without a change are hidden");
    await page.press("#text", "Escape");
    await page.waitForFunction((all) => document.getElementById("count").textContent.startsWith(`${all} `), all);
    await close();
  },

  async "zones are folded, and printed unfolded"() {
    const { page, close } = await open("plan.html");
    const zones = page.locator("details.zone");
    const openZones = () => zones.evaluateAll((all) => all.filter((zone) => zone.open).length);
    assert.equal(await openZones(), await zones.count());
    await page.click("#fold");
    assert.equal(await openZones(), 0);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.locator("details:not([open])").count(), 0);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await openZones(), 0);
    await zones.first().locator("summary").first().press("Enter");
    assert.equal(await openZones(), 1);
    await page.click("#unfold");
    assert.equal(await openZones(), await zones.count());
    await page.emulateMedia({ media: "print" });
    assert.ok(!await page.isVisible("form"));
    await shot(page, "print");
    await close();
  },

  async "the keyboard does it all"() {
    const { page, close } = await open("plan.html");
    const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "To the changes");
    await page.keyboard.press("/");
    assert.equal(await focused(), "text");
    await page.keyboard.type("a/b");
    assert.equal(await page.inputValue("#text"), "a/b");
    await close();
  },

  async "names and commands are copied"() {
    const { page, close } = await open("hostile.html", { permissions: ["clipboard-read", "clipboard-write"] });
    const copied = async (name, button) => {
      const row = page.locator(`li[data-type="${name}"]`).first();
      await row.locator(button).click();
      await page.waitForFunction(() => document.getElementById("said").textContent.startsWith("Copied: "));
      const text = await page.evaluate(() => navigator.clipboard.readText());
      await page.evaluate(() => { document.getElementById("said").textContent = ""; });
      return text;
    };
    assert.equal(await copied("MX", ".copy-name"), "example.com.");
    assert.equal(await copied("MX", ".copy-dig"), "dig +noall +answer -q example.com. -t MX");
    // A name that a shell would run.
    assert.equal(await copied("AAAA", ".copy-dig"), "dig +noall +answer -q '$(id)`x`'\\''.example.com.' -t AAAA");
    await close();
  },

  async "what comes from outside is text"() {
    const { page, close } = await open("hostile.html");
    const hostile = readFileSync(join(folder, "hostile.txt"), "utf8");
    assert.ok((await page.textContent("#plan")).includes(hostile), "it is shown as it is");
    assert.equal(await page.locator("img, iframe, main script, main a").count(), 0);
    // It is the name of a target as well, so that all changes of that have it.
    const all = await count(page);
    await page.fill("#text", `${hostile} nowhere`);
    await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("0 of "));
    await page.fill("#text", hostile);
    await page.waitForFunction((all) => document.getElementById("count").textContent.startsWith(`${all} `), all);
    await shot(page, "hostile");
    await close();
  },

  async "axe has nothing serious to say"() {
    for (const colorScheme of ["light", "dark"]) {
      for (const name of ["plan.html", "hostile.html", "empty.html"]) {
        const { page, close } = await open(name, { colorScheme });
        assert.deepEqual(await objections(page), [], `${name} ${colorScheme}`);
        if (name === "plan.html") await shot(page, `plan-${colorScheme}`);
        await close();
      }
    }
    const { page, close } = await open("plan.html", { viewport: { width: 380, height: 800 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it fits a telephone");
    await shot(page, "narrow");
    await close();
  },

  async "without scripts all of it can be read"() {
    const { page, close } = await open("plan.html", { javaScriptEnabled: false });
    assert.ok(!await page.isVisible("form"));
    assert.ok(await page.getByText("gone.example.net.").first().isVisible());
    assert.ok(!await page.locator(".copy").first().isVisible());
    await close();
  },

  // In time of the processor: a machine that does other things as well takes many times longer by the clock.
  async "10,000 changes open at once"() {
    const { page, close } = await open("empty.html", {}, "large.html");
    page.setDefaultTimeout(120_000);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const spent = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration").value;
    };
    const before = await spent();
    await page.goto(pathToFileURL(join(folder, "large.html")).href, { waitUntil: "load" });
    assert.equal(await page.textContent("#count"), "10000 changes");
    const opened = await spent() - before;
    await page.fill("#text", "name-77");
    const isSearched = () => document.getElementById("count").textContent.includes(" of ");
    // Not at every frame, as frames are what takes long here.
    await page.waitForFunction(isSearched, undefined, { polling: 200 });
    assert.equal(await page.textContent("#count"), "111 of 10000 changes");
    const searched = await spent() - before - opened;
    console.log(`10,000 changes: opened in ${opened.toFixed(2)} s, searched in ${searched.toFixed(2)} s`);
    assert.ok(opened > 0 && opened < 5 && searched < 5, `${opened} ${searched}`);
    await close();
  },
};

let failed = 0;
const wanted = process.argv[4] ?? "";
for (const [name, check] of Object.entries(checks).filter(([name]) => name.includes(wanted))) {
  try {
    await check();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`failed: ${name}: ${error.stack}`);
  }
}
await browser.close();
process.exitCode = failed ? 1 : 0;
