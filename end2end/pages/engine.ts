// Browsers of other engines, driven through their own protocols: Playwright brings builds of its own, and these are
// Debian's. Both are told the same few things.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { Browser as Name, Builder, By, Capabilities, type WebDriver } from 'selenium-webdriver';

/** What a journey asks of a browser. */
export interface Engine {
  open(address: string): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  click(selector: string): Promise<void>;
  /** Types as a person would, key by key. */
  type(selector: string, text: string): Promise<void>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Firefox over WebDriver BiDi. */
export async function firefox(): Promise<Engine> {
  const browser: Browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    // Firefox will not run as root in somebody else's home.
    env: { ...process.env, HOME: tmpdir() },
  });
  const page: Page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  return {
    open: async (address) => void (await page.goto(address)),
    evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
    click: (selector) => page.click(selector),
    type: (selector, text) => page.type(selector, text),
    screenshot: async (file) => void (await page.screenshot({ path: file as `${string}.png`, fullPage: true })),
    close: () => browser.close(),
  };
}

/** WebKit over WebDriver, on a screen of its own. */
export async function webkit(): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), 'aikagi-webkit-'));
  const port = await freePort();
  const driver: ChildProcess = spawn('xvfb-run', ['--auto-servernum', 'WebKitWebDriver', `--port=${port}`], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
  });
  const address = `http://127.0.0.1:${port}`;
  await until(() => fetch(`${address}/status`).then((answer) => answer.ok, () => false));
  const capabilities = new Capabilities()
    .set('browserName', 'MiniBrowser')
    .set('webkitgtk:browserOptions', {
      binary: process.env.WEBKIT ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
      args: ['--automation'],
    });
  const page: WebDriver = await new Builder().usingServer(address).forBrowser(Name.SAFARI).withCapabilities(capabilities).build();
  return {
    open: (address) => page.get(address),
    evaluate: <T>(expression: string) => page.executeScript<T>(`return (${expression})`),
    click: (selector) => page.findElement(By.css(selector)).click(),
    type: (selector, text) => page.findElement(By.css(selector)).sendKeys(text),
    screenshot: async (file) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(file, Buffer.from(await page.takeScreenshot(), 'base64'));
    },
    close: async () => {
      await page.quit().catch(() => {});
      // The driver stands behind xvfb-run: the whole group goes.
      if (driver.pid) process.kill(-driver.pid, 'SIGTERM');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds, for 20 seconds at most. */
export async function until(holds: () => Promise<boolean>, what = 'it'): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
