// From the first sign-in to the new password: what the product is for.

import { word } from '../pages/people.ts';
import { alive, expect, test } from '../pages/stage.ts';

const password = 'jikuso hudano sakoru 47';
const address = 'hana@example.net';
const national = '090 7000 1000';
const e164 = '+819070001000';

/** The subject of a notice: it is told in the language of the account, whatever that of the page. */
const subject = (key: string) => word('en', key);

test('a newcomer registers, forgets, proves twice, sets a new password and signs in', async ({ person, stage, page, scripts }) => {
  const documents: string[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'document') documents.push(response.url());
  });

  await person.open('/');
  await page.locator('a.choice[href="/register"]').click();
  await page.waitForURL('**/signin');
  await alive(page, scripts);
  await person.signIn('h.tanaka', 'first lantern 2041');
  await page.waitForURL('**/register');
  let seen = await stage.seen();
  await person.registerEmail(address);
  await person.registerPhone(national, e164, 'call');
  await stage.arrives('h.tanaka@kitayama.example', seen, subject('mail-added-subject'));
  await person.press('register-finish');
  await page.waitForURL('**/register/done');
  await person.stands('registered-title');

  // Past the limits of what was just sent to the same address.
  await stage.moveClock(60);
  documents.length = 0;
  await person.identify('h.tanaka');
  await person.stands('choose-title');
  await person.prove(address, e164, national);
  seen = await stage.seen();
  await person.setPassword(password);
  await page.waitForURL('**/reset/done');
  await person.stands('done-title');
  // With scripts, no step loads the document again.
  if (scripts) expect(documents).toHaveLength(1);

  await page.locator('main a.button.primary').click();
  await page.waitForURL('**/signin');
  await alive(page, scripts);
  await person.signIn('h.tanaka', 'first lantern 2041');
  await expect(page.getByText(person.say('sign-in-wrong'))).toBeVisible();
  await person.signIn('h.tanaka', password);
  await page.waitForURL('**/register');
  await stage.arrives('h.tanaka@kitayama.example', seen, subject('mail-reset-subject'));
});

test('somebody whose password ran out changes it and goes on', async ({ person, page }) => {
  await person.open('/signin');
  await person.signIn('t.yamamoto', 'winter orange 3307');
  await page.waitForURL('**/change');
  await expect(page.getByText(person.say('change-expired-title'))).toBeVisible();
  await person.field('current').fill('winter orange 3307');
  await person.field('new_password').fill('Takumi Yamamoto');
  await person.field('again').fill('Takumi Yamamoto');
  await person.press('change-deed');
  await expect(page.locator('#new_password[aria-invalid=true]')).toBeVisible();
  await person.field('current').fill('winter orange 3307');
  await person.field('new_password').fill(password);
  await person.field('again').fill(password);
  await person.press('change-deed');
  await page.waitForURL('**/change/done');
  await person.stands('changed-title');
});

test('a method is replaced once the password and another method have proved', async ({ person, page, stage, scripts }) => {
  await person.open('/signin');
  await person.signIn('k.sato', 'quiet harbour 7130');
  await page.waitForURL('**/register');
  // Asked for before anything is typed.
  await page.locator('a[href="/register/email"]').click();
  await page.waitForURL('**/register/prove?for=email');
  await alive(page, scripts);
  let seen = await stage.seen();
  await person.field('password').fill('quiet harbour 7130');
  await person.press('prove-deed');
  await page.waitForURL('**/register/code');
  // What is registered is not shown to whoever merely knows the password.
  await expect(page.getByText('ken.sato@example.net')).toHaveCount(0);
  await person.field('code').fill(await stage.code('ken.sato@example.net', seen));
  await person.press('code-verify');
  await page.waitForURL('**/register/email');
  seen = await stage.seen();
  await person.registerEmail('ken@other.example');
  await stage.arrives('ken.sato@example.net', seen, subject('mail-added-subject'));
});
