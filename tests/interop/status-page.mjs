// Opens the status page in Chromium as a person would, then as pages of others would have it opened, and prints what happened as one JSON object.
// Arguments: the page's address; a folder for screenshots or "". A token on standard input is typed into the form.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [address, screenshots] = process.argv.slice(2);
const token = readFileSync(0, "utf8");
const profile = mkdtempSync(join(tmpdir(), "gateway-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    // The gateway has to turn strangers away, not this browser for it.
    "--disable-features=LocalNetworkAccessChecks",
    "--disable-sync", "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ],
});

try {
  console.log(JSON.stringify({ ...(await open()), strangers: await openAsStranger() }));
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

async function open() {
  const page = await context.newPage();
  const errors = [], requested = [];
  page.on("console", message => errors.push(message.text()));
  page.on("pageerror", error => errors.push(String(error)));
  page.on("dialog", dialog => { errors.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", request => requested.push(request.url()));
  let response = await page.goto(address);
  const form = await page.getByLabel("Access token of an administrator").count();
  if (form > 0) {
    errors.length = 0;
    await shoot(page, "sign-in");
    await page.getByLabel("Access token of an administrator").fill(token);
    [response] = await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Show the status" }).click()]);
  }

  const seen = {
    status: response.status(),
    headers: response.headers(),
    asked: form > 0,
    address: page.url(),
    headings: await page.getByRole("heading").allInnerTexts(),
    notices: await page.locator(".notice").allInnerTexts(),
    tables: await page.getByRole("table").evaluateAll(tables => tables.map(table => ({
      section: table.closest("section").querySelector("h2").innerText,
      columns: [...table.querySelectorAll("thead th[scope=col]")].map(cell => cell.innerText),
      rows: [...table.querySelectorAll("tbody tr")].map(row => ({
        name: row.querySelector("th[scope=row]").innerText, cells: [...row.querySelectorAll("td")].map(cell => cell.innerText),
      })),
    }))),
    facts: Object.fromEntries(await page.locator("dt").evaluateAll(terms => terms.map(term => [term.innerText, term.nextElementSibling.innerText]))),
    scripts: await page.locator("script").count(),
    cookies: (await context.cookies()).length,
    html: await page.content(),
  };
  await shoot(page, "status");
  // The page's own link, where it has one, and the reload of what it leads to.
  const link = page.getByRole("link", { name: "Refresh every 10 s" });
  const followed = [];
  if (await link.count() > 0) {
    followed.push((await Promise.all([page.waitForNavigation(), link.click()]))[0].status(), (await page.reload()).status());
  }

  const overflow = {};
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    overflow[width] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  // A script that somebody got into the page after all.
  const isScriptRun = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.body.append(script);
    return window.wasRun === true;
  });
  await page.close();
  return { ...seen, followed, overflow, isScriptRun, errors: errors.filter(error => !isScriptRun && !error.includes("script-src")), requested };
}

async function shoot(page, name) {
  if (!screenshots) {
    return;
  }

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}

// Each way in: the status that the gateway answered with, or what the browser said.
async function openAsStranger() {
  const port = new URL(address).port;
  await context.route("http://stranger.example/**", route => route.fulfill({ contentType: "text/html", body: "<!doctype html><p>stranger</p>" }));
  const answers = {};
  for (const [name, act] of Object.entries({
    fetch: ([to]) => fetch(to, { mode: "no-cors", credentials: "include" }).then(() => null, () => null),
    frame: ([to]) => { const frame = document.createElement("iframe"); frame.src = to; document.body.append(frame); },
    link: ([to]) => { location.href = to; },
    form: ([to, value]) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: to });
      form.append(Object.assign(document.createElement("input"), { name: "token", value }));
      document.body.append(form);
      form.submit();
    },
  })) {
    answers[name] = await answerTo(async page => {
      await page.goto("http://stranger.example/");
      await page.evaluate(act, [address, token]);
    });
  }

  answers.rebound = await answerTo(page => page.goto(`http://rebound.example:${port}/admin`));
  return answers;
}

async function answerTo(act) {
  const page = await context.newPage();
  const answered = new Promise(resolve => {
    const isPage = url => new URL(url).pathname === "/admin";
    page.on("response", response => isPage(response.url()) && resolve(response.status()));
    page.on("requestfailed", request => isPage(request.url()) && resolve(request.failure().errorText));
    setTimeout(() => resolve("nothing"), 10_000).unref();
  });
  await act(page).catch(() => null);
  const answer = await answered;
  await page.close();
  return answer;
}
