// What was typed in confidence is gone with its page: neither "back" nor a restored session brings it back.

import type { Page } from '@playwright/test';
import { expect, test } from '../pages/stage.ts';
import type { Person } from '../pages/people.ts';

test.use({ part: 'leaving' });

/** Fields by name, each with something to type. */
type Typed = Record<string, string>;

async function type(page: Page, typed: Typed): Promise<void> {
  for (const [name, value] of Object.entries(typed)) await page.locator(`[name=${name}]`).fill(value);
}

async function holds(page: Page, names: string[]): Promise<string[]> {
  return Promise.all(names.map((name) => page.locator(`[name=${name}]`).inputValue()));
}

/** Leaves the page as a browser does that keeps it, and as one does that makes it anew and fills its fields in again. */
async function isForgotten(person: Person, typed: Typed): Promise<void> {
  const { page } = person;
  const names = Object.keys(typed);
  const nothing = names.map(() => '');
  await type(page, typed);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  expect(await holds(page, names)).toEqual(nothing);
  await type(page, typed);
  await page.goto('/demo');
  await page.goBack();
  expect(await holds(page, names)).toEqual(nothing);
}

test('a password to sign in with', async ({ person }) => {
  await person.open('/signin');
  await isForgotten(person, { password: 'quiet harbour 7130' });
});

test('the whole number, and the code', async ({ person, page }) => {
  await person.identify('k.sato');
  await page.locator('input[name=method][value=text]').check();
  await isForgotten(person, { whole_text: '090 1234 5678' });
  await person.open('/reset/choose');
  await person.chooseEmail();
  await isForgotten(person, { code: '1234 5678' });
});

test('passwords, shown or not, and what was judged of them', async ({ person, page }) => {
  await person.open('/signin?for=change');
  await person.signIn('k.sato', 'quiet harbour 7130');
  await page.waitForURL('**/change');
  await page.locator('.show').nth(1).click();
  const strength = page.locator('.strength');
  await type(page, { new_password: 'jikuso hudano sakoru 47' });
  await expect(strength).not.toHaveAttribute('data-level', '0');
  await isForgotten(person, { current: 'quiet harbour 7130', new_password: 'jikuso hudano 47', again: 'jikuso hudano 47' });
  await expect(strength).toHaveAttribute('data-level', '0');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('each field says what it is for, so that browsers and managers know what to keep', async ({ person, page }) => {
    const means = async (name: string) => page.locator(`[name=${name}]`).getAttribute('autocomplete');
    await person.open('/signin');
    expect([await means('user_name'), await means('password')]).toEqual(['username', 'current-password']);
    await person.identify('k.sato');
    expect([await means('whole_text'), await means('whole_call')]).toEqual(['tel', 'tel']);
    await person.chooseEmail();
    expect(await means('code')).toBe('one-time-code');
    await person.open('/signin?for=change');
    await person.signIn('k.sato', 'quiet harbour 7130');
    await page.waitForURL('**/change');
    expect([await means('current'), await means('new_password'), await means('again')]).toEqual([
      'current-password',
      'new-password',
      'new-password',
    ]);
  });
});
