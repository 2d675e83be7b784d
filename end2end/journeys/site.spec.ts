// What the server hands to browsers beside pages, and pages whose program does not arrive.

import { expect, test } from '../pages/stage.ts';
import { Person } from '../pages/people.ts';

/** Everything of the package that a page asks for, by address. */
async function assets(person: Person): Promise<string[]> {
  const asked = new Set<string>();
  person.page.on('request', (request) => asked.add(new URL(request.url()).pathname));
  await person.open('/signin');
  return [...asked].filter((path) => path.startsWith('/pkg-'));
}

test('what a page needs may be kept for ever, and of another release there is nothing', async ({ person, request }) => {
  const found = await assets(person);
  for (const [ending, kind] of [
    ['.css', 'text/css; charset=utf-8'],
    ['.js', 'text/javascript; charset=utf-8'],
    ['.wasm', 'application/wasm'],
    ['.json', 'application/json; charset=utf-8'],
  ] as const) {
    const path = found.find((path) => path.endsWith(ending));
    expect(path, `a page asks for ${ending}`).toBeDefined();
    const answer = await request.get(path!, { headers: { 'accept-encoding': 'br' } });
    expect(answer.status()).toBe(200);
    expect(answer.headers()).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': kind,
      'content-encoding': 'br',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    });
    const old = await request.get(path!.replace(/^\/pkg-[^/]+/, '/pkg-0000000000000000'));
    expect(old.status()).toBe(404);
    expect(old.headers()['cache-control']).toBe('no-store');
  }
});

test('what keeps its name is asked for again, and the list of the build is nobody’s business', async ({ request }) => {
  const icon = await request.get('/favicon.svg');
  expect(icon.headers()).toMatchObject({ 'cache-control': 'public, max-age=3600', 'content-type': 'image/svg+xml' });
  for (const path of ['/site.json', '/favicon.svg.br']) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
});

test('fields of a new password are what password managers know', async ({ person, page }) => {
  await person.identify('r.ito');
  await person.prove('ryo.ito@example.net', '+819023456789', '090 2345 6789');
  for (const name of ['new_password', 'again']) {
    const field = person.field(name);
    await expect(field).toHaveAttribute('type', 'password');
    await expect(field).toHaveAttribute('autocomplete', 'new-password');
    // To paste is neither refused nor changed.
    expect(
      await field.evaluate((field) => field.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))),
    ).toBe(true);
  }
  const name = page.locator('form:has(#new_password) input[autocomplete=username]');
  await expect(name).toHaveCount(1);
  await expect(name).toHaveValue('r.ito');
  // There for managers, who overlook what is not drawn; not for people.
  await expect(name).toHaveCSS('clip-path', 'inset(50%)');
  await expect(name).toHaveAttribute('aria-hidden', 'true');
  await expect(name).toHaveAttribute('tabindex', '-1');
  await page.getByRole('button', { name: person.say('show'), exact: true }).first().click();
  await expect(person.field('new_password')).toHaveAttribute('type', 'text');
  await expect(person.field('new_password')).toHaveAttribute('autocomplete', 'new-password');
});

test('where the program is blocked, forms are plain forms', async ({ browser, stage, person }) => {
  // The page of the fixture reports every failed request; this one shall fail.
  const context = await browser.newContext({ baseURL: stage.address, locale: 'en-GB' });
  const page = await context.newPage();
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('/signin');
  await page.locator('#user_name').fill('k.sato');
  await page.locator('#password').fill('wrong');
  await page.getByRole('button', { name: person.say('sign-in-title'), exact: true }).click();
  await expect(page.getByText(person.say('sign-in-wrong')).first()).toBeVisible();
  await expect(page.locator('#user_name')).toHaveValue('k.sato');
  await page.locator('#password').fill('quiet harbour 7130');
  await page.getByRole('button', { name: person.say('sign-in-title'), exact: true }).click();
  await page.waitForURL('**/register');

  await page.goto('/reset');
  await page.locator('#user_name').fill('k.sato');
  await stage.moveClock(11);
  await page.getByRole('button', { name: person.say('next'), exact: true }).click();
  await page.waitForURL('**/reset/choose');
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-alive'))).toBe(false);
  await context.close();
});
