// The stage of a test: a server of its own, with the demonstration's people, clock and mailbox.

import { test as base, expect, type Page } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Person } from './people.ts';

export { expect };

/** A message as it would have arrived. */
export interface Arrived {
  id: string;
  kind: 'mail' | 'text' | 'call';
  to: string;
  subject: string;
  text: string;
  at: number;
}

/** A running demonstration. */
export class Stage {
  private constructor(
    readonly address: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'aikagi-end2end-'));
    const program = resolve(import.meta.dirname, '../../target/debug/aikagi');
    const server = spawn(program, ['demo', '--listen', '127.0.0.1:0', '--dir', join(folder, 'data')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Any free port; the server says which it got.
    const address = await new Promise<string>((done, failed) => {
      let said = '';
      server.stdout.on('data', (text) => {
        said += text;
        const found = /http:\/\/localhost:\d+/.exec(said);
        if (found) done(found[0]);
      });
      server.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
    });
    const stage = new Stage(address, server, folder);
    await expect.poll(() => stage.isReady(), { timeout: 30_000 }).toBe(true);
    return stage;
  }

  private async isReady(): Promise<boolean> {
    if (this.server.exitCode !== null) throw new Error(`the server ended with ${this.server.exitCode}`);
    return fetch(`${this.address}/readyz`).then((answer) => answer.ok, () => false);
  }

  async close(): Promise<void> {
    const ended = new Promise((done) => this.server.once('exit', done));
    this.server.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Every message, the newest first. */
  async mailbox(): Promise<Arrived[]> {
    const answer = await fetch(`${this.address}/demo/mailbox.json`);
    return (await answer.json()) as Arrived[];
  }

  /** Ids of what has arrived so far, to tell later what is new. */
  async seen(): Promise<Set<string>> {
    return new Set((await this.mailbox()).map((message) => message.id));
  }

  /** The next message to an address that has not been seen, of those with this subject where one is given. */
  async arrives(to: string, seen: Set<string>, subject?: string): Promise<Arrived> {
    let found: Arrived | undefined;
    await expect
      .poll(
        async () => {
          const news = (await this.mailbox()).filter((message) => !seen.has(message.id));
          found = news.find((message) => message.to === to && (subject === undefined || message.subject === subject));
          return found !== undefined;
        },
        { message: `a message to ${to} ${subject ?? ''}` },
      )
      .toBe(true);
    return found as Arrived;
  }

  /** The code in the next message to an address that has one: notices may arrive in between. */
  async code(to: string, seen: Set<string>, kind?: Arrived['kind']): Promise<string> {
    let found: string | undefined;
    await expect
      .poll(
        async () => {
          const news = (await this.mailbox()).filter((message) => !seen.has(message.id) && message.to === to);
          found = news.filter((message) => kind === undefined || message.kind === kind).map(codeIn).find(Boolean);
          return found !== undefined;
        },
        { message: `a code to ${to}` },
      )
      .toBe(true);
    return found as string;
  }

  /** Moves the clock forward, as the button on /demo does. */
  async moveClock(seconds: number): Promise<void> {
    const answer = await fetch(`${this.address}/api/demo/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.address },
      body: new URLSearchParams({ seconds: String(seconds) }),
    });
    if (!answer.ok) throw new Error(`the clock answered ${answer.status}`);
  }
}

/** The digits of the code in a message; none where it has none. */
function codeIn(message: Arrived): string | undefined {
  if (message.kind === 'text') {
    const bound = /#(\d{6})$/.exec(message.text);
    if (bound?.[1]) return bound[1];
  }
  if (message.kind === 'mail') {
    const line = /^(\d{4}) (\d{4})$/m.exec(message.text);
    if (line?.[1] && line[2]) return line[1] + line[2];
  }
  if (message.kind === 'call') {
    const spoken = message.text.match(/\d(, |、)\d(, |、)\d(\. |。)\d(, |、)\d(, |、)\d/);
    if (spoken) return spoken[0].replace(/\D/g, '');
  }
  return undefined;
}

/** A code of the same length that is certainly another. */
export function wrongCode(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

interface Fixtures {
  /** Somebody before the page. */
  person: Person;
  /** Whether the page runs scripts. */
  scripts: boolean;
  /** What a browser must never report: errors in its console, breaches of the content policy, foreign requests. */
  quiet: void;
}

export const test = base.extend<Fixtures, { stage: Stage; part: string }>({
  // Journeys of another part get a server of their own: they register and mistype for people of the others.
  part: ['journeys', { scope: 'worker', option: true }],
  stage: [
    async ({ part: _ }, use) => {
      const stage = await Stage.open();
      await use(stage);
      await stage.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  baseURL: async ({ stage }, use) => use(stage.address),
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
  person: async ({ page, stage, scripts, locale }, use) => {
    // A new day: what the test before has sent and mistyped no longer counts.
    await stage.moveClock(86_400);
    await use(new Person(page, stage, scripts, locale?.startsWith('ja') ? 'ja' : 'en'));
  },
  quiet: [
    async ({ page, stage }, use) => {
      const noise: string[] = [];
      page.on('console', (message) => {
        // Chromium's own reports: a refusal by fetch has a 4xx status, and offline is who was put there by the test.
        const isTold = /status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(message.text());
        if (message.type() === 'error' && !isTold) noise.push(message.text());
      });
      page.on('pageerror', (error) => noise.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(stage.address)) noise.push(`foreign request: ${request.url()}`);
      });
      await use();
      expect(noise).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the page has come alive, where scripts are on. */
export async function alive(page: Page, scripts: boolean): Promise<void> {
  // The pages of the demonstration are plain.
  if (scripts && !new URL(page.url()).pathname.startsWith('/demo')) await page.waitForFunction(() => document.documentElement.hasAttribute('data-alive'));
}
