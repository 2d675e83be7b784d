// Every screen, looked at: no accessibility violation, nothing wider than the page, a picture of each.

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { suitsEverybody } from '../pages/eyes.ts';
import { expect, test } from '../pages/stage.ts';

test.use({ part: 'screens' });

async function look(page: Page, name: string, project: string, scripts: boolean): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `test-results/screens/${project}/${name}-${scheme}.png`, fullPage: true });
    // Axe is a script of its own.
    if (scripts) {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((one) => `${name} ${scheme}: ${one.id} ${one.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
    }
  }
  if (scripts) {
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
    // Once is enough: these do not depend on the device.
    if (project === 'desktop') await suitsEverybody(page, name, `test-results/screens/${project}/${name}-forced.png`);
  }
}

test('every screen can be used by everybody', async ({ person, page, stage, scripts }, info) => {
  // Some thirty screens, each twice.
  test.setTimeout(300_000);
  const seeing = (name: string) => look(page, name, info.project.name, scripts);
  for (const [path, name] of [
    ['/', 'home'],
    ['/demo', 'demo'],
    ['/demo/mailbox', 'mailbox-empty'],
    ['/signin', 'signin'],
    ['/reset', 'reset'],
    ['/reset/ended', 'reset-ended'],
    ['/nowhere', 'missing'],
  ] as const) {
    await person.open(path);
    await seeing(name);
  }
  await person.open('/signin');
  await person.signIn('nobody', 'wrong');
  await person.reads('sign-in-wrong');
  await seeing('signin-wrong');

  // Somebody who has to register at last, and somebody who is asked whether all of it is still right.
  await person.open('/signin?for=change');
  await person.signIn('i.matsumoto', 'yellow umbrella 5083');
  await page.waitForURL('**/register?for=change');
  await seeing('register-required');
  await person.press('sign-out');
  await person.open('/signin');
  await person.signIn('o.hayashi', 'wooden whistle 6417');
  await page.waitForURL('**/register/confirm**');
  await seeing('register-confirm');
  await person.press('sign-out');

  // Somebody whose account is locked, and who stops everything by the link in the notice afterwards.
  await person.open('/signin');
  for (let n = 0; n < 10; n += 1) {
    // The slip may be that of the one before.
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await person.signIn('n.kimura', `wrong ${n}`);
    await answered;
    await page.waitForLoadState('load');
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    await expect(page.locator('.slip.error')).toBeVisible();
  }
  await seeing('signin-locked');
  await person.identify('n.kimura');
  await person.prove('nao.kimura@example.net', '+818089012345', '080 8901 2345', 'unlock');
  await person.stands('unlock-title');
  await seeing('unlock');
  const told = await stage.seen();
  await person.press('unlock-deed');
  await page.waitForURL('**/reset/done');
  await seeing('unlocked');
  const notice = await stage.arrives('nao.kimura@example.net', told);
  const link = /https?:\S+\/not-me\/\S+/.exec(notice.text)?.[0] ?? '';
  await page.goto(link);
  await person.stands('not-me-title');
  await seeing('not-me');
  await person.press('not-me-deed');
  await expect(page.locator('h1')).toBeVisible();
  await seeing('not-me-stopped');

  for (const [name, screen] of [['s.nakamura', 'case-a'], ['e.yoshida', 'case-b'], ['m.suzuki', 'case-c']] as const) {
    await person.identify(name);
    await seeing(screen);
  }
  await person.press('help-contact');
  await page.waitForURL('**/contact');
  await seeing('contact');

  await person.identify('r.ito');
  await seeing('choose');
  let seen = await stage.seen();
  await person.chooseEmail();
  await seeing('code-email');
  await person.verify('1');
  await person.reads('code-wrong', { left: '4' });
  await seeing('code-wrong');
  await person.verify(await stage.code('ryo.ito@example.net', seen));
  await page.waitForURL('**/reset/choose');
  await seeing('choose-second');
  seen = await stage.seen();
  await person.choosePhone('090 2345 6789');
  await seeing('code-text');
  await person.verify(await stage.code('+819023456789', seen));
  await page.waitForURL('**/reset/password');
  await seeing('password');
  await person.setPassword('kitayama2026');
  await expect(page.locator('#new_password[aria-invalid=true]')).toBeVisible();
  await seeing('password-refused');
  await stage.moveClock(8 * 60 + 10);
  await page.reload();
  await seeing('password-soon-over');
  const until = page.locator('.deadline .hint');
  const before = await until.innerText();
  await expect(page.locator('.slip.attention')).toBeVisible();
  await person.press('deadline-more');
  await expect(page.locator('.slip.attention')).toHaveCount(0);
  await expect(until).not.toHaveText(before);
  await person.setPassword('jikuso hudano sakoru 47');
  await page.waitForURL('**/reset/done');
  await seeing('done');

  await person.open('/signin');
  await person.signIn('h.tanaka', 'first lantern 2041');
  await page.waitForURL('**/register');
  await seeing('register');
  await person.open('/register/email');
  await seeing('register-email');
  await person.open('/register/phone');
  await seeing('register-phone');
  await page.locator('[name=country]').selectOption('JP');
  await person.field('number').fill('090 7000 1000');
  await page.locator('input[name=way][value=text]').check();
  seen = await stage.seen();
  await person.press('send-code');
  await page.waitForURL('**/register/code');
  await seeing('register-code');
  await person.field('code').fill(await stage.code('+819070001000', seen));
  await person.press('code-verify');
  await page.waitForURL((url) => url.pathname === '/register');
  await person.registerEmail('hana@example.net');
  await seeing('register-ready');
  await person.press('register-finish');
  await page.waitForURL('**/register/done');
  await seeing('register-done');
  await person.open('/register/remove/phone');
  await page.waitForURL('**/register/prove?for=remove-phone');
  await seeing('register-prove');
  // A code went there a moment ago.
  await stage.moveClock(31);
  seen = await stage.seen();
  await person.field('password').fill('first lantern 2041');
  await person.press('prove-deed');
  await page.waitForURL('**/register/code');
  await seeing('register-prove-code');
  await person.field('code').fill(await stage.code('hana@example.net', seen));
  await person.press('code-verify');
  await page.waitForURL('**/register/remove/phone');
  await seeing('register-remove');
  await person.open('/change');
  await seeing('change');
  await person.open('/demo/mailbox');
  await seeing('mailbox');

  // Somebody whose failures no other journey counts on.
  await person.identify('t.yamamoto');
  await stage.moveClock(31);
  await person.chooseEmail();
  for (let n = 0; n < 5; n += 1) {
    await person.verify(`${n}`);
    await page.waitForLoadState('load');
    if (n < 3) await person.reads('code-wrong', { left: String(4 - n) });
    if (n === 3) await person.reads('code-wrong-one');
  }
  await person.stands('pause-title');
  await seeing('paused');
});

test('every screen of security questions and of the office phone can be used by everybody', async ({ person, page, stage, scripts }, info) => {
  test.setTimeout(300_000);
  const seeing = (name: string) => look(page, name, info.project.name, scripts);

  // Somebody who could answer some, and leaves it at that.
  await person.open('/signin');
  await person.signIn('m.suzuki', 'paper crane 8842');
  await page.waitForURL('**/register');
  await person.open('/register/questions');
  await seeing('register-questions');
  await person.fillQuestions([
    ['first-teacher', 'Sakamoto'],
    ['first-teacher', 'Hanami-dori'],
    ['first-film', 'なし'],
    ['first-sea', ''],
  ]);
  await person.press('questions-save');
  await expect(page.locator('#answer3[aria-invalid=true]')).toBeVisible();
  await seeing('register-questions-refused');
  await person.press('sign-out');

  // Somebody who has some.
  await person.open('/signin');
  await person.signIn('l.martin', 'velvet station 1194');
  await page.waitForURL('**/register');
  await seeing('register-with-questions');
  await person.press('sign-out');
  await person.identify('l.martin');
  await seeing('choose-with-questions');
  await person.chooseQuestions();
  await seeing('answers');
  await person.press('code-verify');
  await person.reads('answers-missing');
  await seeing('answers-missing');
  for (let left = 4; left >= 0; left -= 1) {
    await person.answer({ 'childhood-toy': 'none', 'first-film': 'of', 'parents-met': 'these' });
    if (left === 4) {
      await person.reads('answers-wrong', { left: '4' });
      await seeing('answers-refused');
    } else if (left > 1) {
      await person.reads('answers-wrong', { left: String(left) });
    } else if (left === 1) {
      await person.reads('answers-wrong-one');
    }
  }
  await person.stands('pause-title');
  await seeing('answers-paused');
  await stage.moveClock(31);
  await person.follow('pause-over');
  await person.stands('answers-title');

  // Somebody with a phone on the desk, whose password has run out.
  await person.open('/signin');
  await person.signIn('t.yamamoto', 'winter orange 3307');
  await page.waitForURL('**/change');
  await seeing('change-expired');
  await person.open('/register');
  await seeing('register-with-office-phone');
  await person.press('sign-out');
  await person.identify('t.yamamoto');
  await page.locator('input[name=method][value=office_phone]').check();
  await seeing('choose-office-phone');
  await page.locator('input[name=whole_office]').fill('06 6201 0111');
  await person.press('send-code');
  await expect(page.locator('#whole_office[aria-invalid=true]')).toBeVisible();
  await seeing('choose-office-phone-refused');
  await page.locator('input[name=whole_office]').fill('06 6201 0110');
  await person.press('send-code');
  await page.waitForURL('**/reset/code');
  await seeing('code-office-phone');

  // Somebody whose password was given to them.
  await person.open('/signin');
  await person.signIn('y.kobayashi', 'given by the desk 1');
  await page.waitForURL('**/change');
  await person.field('current').fill('given by the desk 1');
  await person.field('new_password').fill('jikuso hudano sakoru 47');
  await person.field('again').fill('jikuso hudano sakoru 47');
  await person.press('change-deed');
  await page.waitForURL('**/change/done');
  await seeing('changed');
});
