// By keyboard alone, and what a browser expects of fields.

import { expect, test } from '../pages/stage.ts';

test('a sign-in needs no mouse, and the focus goes to what is wrong', async ({ person, page }) => {
  await person.open('/signin');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(person.field('user_name')).toBeFocused();
  await page.keyboard.type('k.sato');
  await page.keyboard.press('Enter');
  await person.reads('password-missing');
  await expect(person.field('password')).toBeFocused();
  await page.keyboard.type('quiet harbour 7130');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/register');
  await expect(page.locator('h1')).toBeFocused();
});

test('a reset needs no mouse', async ({ person, page }) => {
  await person.open('/reset');
  await person.field('user_name').focus();
  await page.keyboard.type('k.sato');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/reset/choose');
  // The page takes the focus when it arrives.
  await expect(page.locator('h1')).toBeFocused();
  await page.locator('input[name=method]:checked').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/reset/code');
  await expect(person.field('code')).toBeFocused();
});

test('fields tell browsers what they are for', async ({ person, page }) => {
  await person.open('/signin');
  await expect(person.field('user_name')).toHaveAttribute('autocomplete', 'username');
  await expect(person.field('password')).toHaveAttribute('autocomplete', 'current-password');
  await page.getByRole('button', { name: person.say('show'), exact: true }).click();
  await expect(person.field('password')).toHaveAttribute('type', 'text');
  await person.identify('k.sato');
  await person.chooseEmail();
  await expect(person.field('code')).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(person.field('code')).toHaveAttribute('inputmode', 'numeric');
});
