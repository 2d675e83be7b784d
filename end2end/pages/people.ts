// The screens as people use them. Labels are looked up in the language of the page.

import type { Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { alive, expect, type Stage } from './stage.ts';

const catalogues = new Map<string, Map<string, string>>();

/** A text of the product's own catalogue. */
export function word(language: string, key: string, values: Record<string, string> = {}): string {
  let catalogue = catalogues.get(language);
  if (!catalogue) {
    const file = resolve(import.meta.dirname, `../../app/words/${language}.txt`);
    const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.includes(' = ') && !line.startsWith('#'));
    catalogue = new Map(lines.map((line) => [line.slice(0, line.indexOf(' = ')).trim(), line.slice(line.indexOf(' = ') + 3).trim()]));
    catalogues.set(language, catalogue);
  }
  const text = catalogue.get(key);
  if (text === undefined) throw new Error(`no word ${key} in ${language}`);
  return Object.entries(values).reduce((told, [name, value]) => told.replace(`{${name}}`, value), text);
}

/** A security question of the product's own catalogue. */
export function question(language: string, id: string): string {
  const file = resolve(import.meta.dirname, `../../app/portal/src/method/questions/${language}.txt`);
  const line = readFileSync(file, 'utf8').split('\n').find((one) => one.startsWith(`${id} = `));
  if (line === undefined) throw new Error(`no question ${id} in ${language}`);
  return line.slice(id.length + 3).trim();
}

/** Somebody before a browser. */
export class Person {
  constructor(
    readonly page: Page,
    readonly stage: Stage,
    readonly scripts: boolean,
    readonly language: 'en' | 'ja',
  ) {}

  say(key: string, values: Record<string, string> = {}): string {
    return word(this.language, key, values);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await alive(this.page, this.scripts);
  }

  field(name: string): Locator {
    return this.page.locator(`#${name}`);
  }

  async press(key: string): Promise<void> {
    await this.page.getByRole('button', { name: this.say(key), exact: true }).click();
  }

  async follow(key: string): Promise<void> {
    await this.page.getByRole('link', { name: this.say(key), exact: true }).click();
  }

  async stands(key: string, values: Record<string, string> = {}): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: this.say(key, values) })).toBeVisible();
  }

  async reads(key: string, values: Record<string, string> = {}): Promise<void> {
    await expect(this.page.getByText(this.say(key, values)).first()).toBeVisible();
  }

  // -- Signing in

  async signIn(name: string, password: string): Promise<void> {
    await this.field('user_name').fill(name);
    await this.field('password').fill(password);
    await this.press('sign-in-title');
  }

  // -- The reset

  /** Types the user name and goes on. Without scripts the ticket ripens when the clock is moved. */
  async identify(name: string): Promise<void> {
    await this.open('/reset');
    await this.field('user_name').fill(name);
    if (!this.scripts) await this.stage.moveClock(11);
    await this.press('next');
    await this.page.waitForURL((url) => url.pathname !== '/reset');
  }

  async chooseEmail(): Promise<void> {
    await this.page.locator('input[name=method][value=email]').check();
    await this.press('send-code');
    await this.page.waitForURL('**/reset/code');
  }

  async choosePhone(number: string, way: 'text' | 'call' = 'text'): Promise<void> {
    await this.page.locator(`input[name=method][value=${way}]`).check();
    await this.page.locator(`input[name=whole_${way}]`).fill(number);
    await this.press('send-code');
    await this.page.waitForURL('**/reset/code');
  }

  async verify(code: string): Promise<void> {
    await this.field('code').fill(code);
    await this.press('code-verify');
  }

  /** Proves by email, then by a text. */
  async prove(email: string, phone: string, national: string, then = 'password'): Promise<void> {
    let seen = await this.stage.seen();
    await this.chooseEmail();
    await this.verify(await this.stage.code(email, seen, 'mail'));
    await this.page.waitForURL('**/reset/choose');
    seen = await this.stage.seen();
    await this.choosePhone(national);
    await this.verify(await this.stage.code(phone, seen, 'text'));
    await this.page.waitForURL(`**/reset/${then}`);
  }

  /** Picks the questions, beside which nothing is sent. */
  async chooseQuestions(): Promise<void> {
    await this.page.locator('input[name=method][value=questions]').check();
    await this.press('next');
    await this.page.waitForURL('**/reset/questions');
  }

  /** Answers what is asked. The page tells texts; the ids of the questions are those of the catalogue. */
  async answer(answers: Record<string, string>): Promise<void> {
    const known = new Map(Object.entries(answers).map(([id, answer]) => [question(this.language, id), answer]));
    const fields = this.page.locator('main input[name^=answer]');
    await fields.first().waitFor();
    for (const field of await fields.all()) {
      const asked = await this.page.locator(`label[for=${await field.getAttribute('id')}]`).innerText();
      const answer = known.get(asked.trim());
      if (answer === undefined) throw new Error(`asked for what was never answered: ${asked}`);
      await field.fill(answer);
    }
    await this.press('code-verify');
  }

  async setPassword(password: string): Promise<void> {
    await this.field('new_password').fill(password);
    await this.field('again').fill(password);
    await this.press('password-set');
  }

  // -- Registering

  async registerEmail(address: string): Promise<void> {
    await this.open('/register/email');
    const seen = await this.stage.seen();
    await this.field('address').fill(address);
    await this.press('send-code');
    await this.page.waitForURL('**/register/code');
    await this.field('code').fill(await this.stage.code(address, seen, 'mail'));
    await this.press('code-verify');
    await this.page.waitForURL((url) => url.pathname === '/register');
  }

  async registerPhone(national: string, e164: string, way: 'text' | 'call'): Promise<void> {
    await this.open('/register/phone');
    const seen = await this.stage.seen();
    await this.page.locator('[name=country]').selectOption('JP');
    await this.field('number').fill(national);
    await this.page.locator(`input[name=way][value=${way}]`).check();
    await this.press('send-code');
    await this.page.waitForURL('**/register/code');
    await this.field('code').fill(await this.stage.code(e164, seen, way));
    await this.press('code-verify');
    await this.page.waitForURL((url) => url.pathname === '/register');
  }

  /** Chooses and answers security questions, one after the other. */
  async registerQuestions(answers: Record<string, string>): Promise<void> {
    await this.open('/register/questions');
    await this.fillQuestions(Object.entries(answers));
    await this.press('questions-save');
    await this.page.waitForURL((url) => url.pathname === '/register');
  }

  async fillQuestions(answers: [string, string][]): Promise<void> {
    for (const [place, [id, answer]] of answers.entries()) {
      await this.field(`question${place + 1}`).selectOption(id);
      await this.field(`answer${place + 1}`).fill(answer);
    }
  }
}
