// The ways it can go wrong: each says what happened and what to do, and nothing typed is lost.

import { alive, expect, test, wrongCode } from '../pages/stage.ts';

test('each case has its page', async ({ person, page }) => {
  for (const [name, key] of [
    ['s.nakamura', 'stopped-elsewhere-title'],
    ['e.yoshida', 'stopped-disabled-title'],
    ['m.suzuki', 'stopped-unverified-title'],
    ['nobody.here', 'stopped-unverified-title'],
  ] as const) {
    await person.identify(name);
    await page.waitForURL('**/reset/stopped');
    await person.stands(key);
  }
  await expect(page.getByRole('link', { name: person.say('stopped-another-name') })).toBeVisible();
});

test('an administrator is written to, once', async ({ person, page, stage }) => {
  const seen = await stage.seen();
  await person.identify('m.suzuki');
  await person.press('help-contact');
  await page.waitForURL('**/contact');
  await person.stands('help-written');
  const message = await stage.arrives('a.watanabe@kitayama.example', seen);
  expect(message.text).toContain('NOT verified');
  expect(message.text).toContain('m.suzuki');
  await person.open('/reset/stopped');
  await expect(page.getByRole('button', { name: person.say('help-contact') })).toHaveCount(0);
  const again = await page.request.post('/api/reset/contact', {
    headers: { accept: 'application/json', origin: stage.address },
    form: { key: 'another' },
  });
  expect(await again.json()).toBe('/contact');
  // Whatever was written before has arrived when this has.
  await person.identify('e.yoshida');
  await person.press('help-contact');
  const about = async (name: string) =>
    (await stage.mailbox()).filter((one) => !seen.has(one.id) && one.subject.startsWith(name)).length;
  await expect.poll(() => about('e.yoshida')).toBe(1);
  expect(await about('m.suzuki')).toBe(1);
});

test('a session that ended is told of where one signs in again', async ({ person, page, stage, scripts }) => {
  await person.open('/signin');
  await person.signIn('h.tanaka', 'first lantern 2041');
  await page.waitForURL('**/register');
  await person.open('/register/email');
  await stage.moveClock(31 * 60);
  await person.field('address').fill('ken@other.example');
  await person.press('send-code');
  await page.waitForURL('**/signin');
  await alive(page, scripts);
  await person.reads('session-ended');
});

test('a wrong code leaves tries, and too many make one wait', async ({ person, page, stage }) => {
  await person.identify('k.sato');
  const seen = await stage.seen();
  await person.chooseEmail();
  const code = await stage.code('ken.sato@example.net', seen);
  for (const left of ['4', '3', '2']) {
    await person.verify(wrongCode(code));
    await person.reads('code-wrong', { left });
    await expect(page.locator('#code')).toHaveAttribute('aria-invalid', 'true');
    await expect(page).toHaveTitle(new RegExp(person.say('title-of-error', { title: '' }).trim()));
  }
  await person.verify(wrongCode(code));
  await person.reads('code-wrong-one');
  await person.verify(wrongCode(code));
  await person.stands('pause-title');
});

test('an empty form says what is missing', async ({ person, page, scripts, stage }) => {
  await person.open('/reset');
  if (!scripts) await stage.moveClock(11);
  await person.press('next');
  await person.reads('user-name-missing');
  await person.open('/signin');
  await person.press('sign-in-title');
  await person.reads('user-name-missing');
  await person.field('user_name').fill('k.sato');
  await person.press('sign-in-title');
  await person.reads('password-missing');
  await expect(person.field('user_name')).toHaveValue('k.sato');
  await person.signIn('k.sato', 'not this one');
  await person.reads('sign-in-wrong');
  await expect(person.field('user_name')).toHaveValue('k.sato');
  await expect(page.getByRole('alert').first()).toContainText(person.say('sign-in-wrong'));
});

test('what cannot be registered is told with its reason, and what was typed stays', async ({ person, page }) => {
  await person.open('/signin');
  await person.signIn('h.tanaka', 'first lantern 2041');
  await page.waitForURL('**/register');
  await person.open('/register/email');
  for (const [typed, key] of [
    ['', 'email-missing'],
    ['hana', 'email-malformed'],
    ['hana\u202e@example.net', 'email-malformed'],
    [`${'h'.repeat(260)}@example.net`, 'email-too-long'],
    ['h.tanaka@kitayama.example', 'email-own-mailbox'],
  ] as const) {
    await person.field('address').fill(typed);
    await person.press('send-code');
    await person.reads(key);
    await expect(person.field('address')).toHaveValue(typed);
  }
  await person.open('/register/phone');
  for (const [country, typed, key] of [
    ['JP', '', 'phone-missing'],
    ['JP', '📱', 'phone-malformed'],
    ['JP', '090 12', 'phone-impossible'],
    ['JP', '+49 1512 3456789', 'phone-other-country'],
    ['JP', '03 3224 9999', 'phone-no-texts'],
    ['US', '900 555 0123', 'phone-kind'],
  ] as const) {
    await page.locator('[name=country]').selectOption(country);
    await person.field('number').fill(typed);
    await page.locator('input[name=way][value=text]').check();
    await person.press('send-code');
    await person.reads(key);
    await expect(person.field('number')).toHaveValue(typed);
    await expect(page.locator('[name=country]')).toHaveValue(country);
  }
});

test('a reset that lay too long has run out', async ({ person, page, stage }) => {
  await person.identify('r.ito');
  await person.stands('choose-title');
  await stage.moveClock(15 * 60);
  await page.locator('input[name=method][value=email]').check();
  await person.press('send-code');
  await page.waitForURL('**/reset/ended');
  await person.stands('ended-title');
});
