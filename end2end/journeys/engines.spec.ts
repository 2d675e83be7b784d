// The whole story once more in the other engines: what works in one browser alone is not a web site.

import { test } from '@playwright/test';
import { type Engine, firefox, until, webkit } from '../pages/engine.ts';
import { expect, Stage } from '../pages/stage.ts';
import { word } from '../pages/people.ts';

const password = 'jikuso hudano sakoru 47';
const phone = '+819070001000';

/** Somebody before a browser of that engine. */
class Walker {
  constructor(
    readonly engine: Engine,
    readonly stage: Stage,
  ) {}

  /** At this address, with a page drawn there and brought to life. Whoever goes on while a page is still on its way may
   * find that it comes after all. */
  async at(path: string): Promise<void> {
    const is = `location.pathname === ${JSON.stringify(path)}`;
    const drawn = "document.querySelector('main h1:not([data-left])') !== null";
    const lives = "document.readyState === 'complete' && document.documentElement.hasAttribute('data-alive')";
    await until(() => this.engine.evaluate(`${is} && ${drawn} && ${lives}`), `life at ${path}`);
  }

  async open(path: string): Promise<void> {
    await this.engine.open(`${this.stage.address}${path}`);
    await this.at(path);
  }

  /** Types into a field once it is there. */
  async type(selector: string, text: string): Promise<void> {
    await until(() => this.engine.evaluate(`!!document.querySelector(${JSON.stringify(selector)})`), selector);
    await this.engine.type(selector, text);
  }

  async click(selector: string): Promise<void> {
    await until(() => this.engine.evaluate(`!!document.querySelector(${JSON.stringify(selector)})`), selector);
    await this.engine.click(selector);
  }

  /** Sends the page's main form, which leads to another page. */
  async send(): Promise<void> {
    await this.engine.evaluate("(document.querySelector('main h1').dataset.left = '')");
    await this.click('main form#step button[type=submit]:not(.heard):not([formaction])');
  }

  heading(): Promise<string> {
    return this.engine.evaluate("document.querySelector('h1').textContent");
  }
}

/** A newcomer registers, forgets, proves twice, sets a new password and signs in. */
async function wholeStory(walker: Walker, address: string): Promise<void> {
  const { stage } = walker;
  const name = 'h.tanaka';
  await walker.open('/signin');
  await walker.type('#user_name', name);
  await walker.type('#password', 'first lantern 2041');
  await walker.send();
  await walker.at('/register');

  await walker.open('/register/email');
  let seen = await stage.seen();
  await walker.type('#address', address);
  await walker.send();
  await walker.at('/register/code');
  await walker.type('#code', await stage.code(address, seen, 'mail'));
  await walker.send();
  await walker.at('/register');
  await walker.open('/register/phone');
  seen = await stage.seen();
  await walker.type('#number', '090 7000 1000');
  await walker.click('input[name=way][value=text]');
  await walker.send();
  await walker.at('/register/code');
  await walker.type('#code', await stage.code(phone, seen, 'text'));
  await walker.send();
  await walker.at('/register');
  await walker.click('main form button.primary');
  await walker.at('/register/done');

  await stage.moveClock(86_400);
  await walker.open('/reset');
  await walker.engine.evaluate('(window.stayed = true)');
  await walker.type('#user_name', name);
  await walker.send();
  await walker.at('/reset/choose');
  seen = await stage.seen();
  await walker.click('input[name=method][value=email]');
  await walker.send();
  await walker.at('/reset/code');
  await walker.type('#code', await stage.code(address, seen, 'mail'));
  await walker.send();
  await walker.at('/reset/choose');
  seen = await stage.seen();
  await walker.click('input[name=method][value=text]');
  await walker.type('input[name=whole_text]', '090 7000 1000');
  await walker.send();
  await walker.at('/reset/code');
  await walker.type('#code', await stage.code(phone, seen, 'text'));
  await walker.send();
  await walker.at('/reset/password');
  await walker.type('#new_password', password);
  await walker.type('#again', password);
  await walker.send();
  await walker.at('/reset/done');
  expect(await walker.heading()).toBe(word('en', 'done-title'));
  // No step loaded the document again.
  expect(await walker.engine.evaluate('window.stayed === true')).toBe(true);
  await stage.arrives('h.tanaka@kitayama.example', seen, word('en', 'mail-reset-subject'));

  await walker.open('/signin');
  await walker.type('#user_name', name);
  await walker.type('#password', password);
  await walker.send();
  await walker.at('/register');
}

for (const [engine, launch] of Object.entries({ firefox, webkit })) {
  test(`the whole story in ${engine}`, async ({}, information) => {
    test.setTimeout(180_000);
    // The same newcomer in each, so each has a server of its own.
    const stage = await Stage.open();
    const walker = new Walker(await launch(), stage);
    try {
      await wholeStory(walker, `hana@${engine}.example`);
    } catch (reason) {
      await walker.engine.screenshot(information.outputPath(`${engine}.png`)).catch(() => {});
      throw reason;
    } finally {
      await walker.engine.close();
      await stage.close();
    }
  });
}
