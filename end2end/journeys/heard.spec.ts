// What is heard of the pages by whoever does not see them: names, refusals, waits, a button that is busy. In both languages.

import { expect, test, wrongCode } from '../pages/stage.ts';

test.use({ part: 'heard' });

for (const locale of ['en-GB', 'ja-JP']) {
  test.describe(locale, () => {
    test.use({ locale });

    test('everything on the main pages has its name and its role', async ({ person, page }) => {
      const main = page.getByRole('main');
      const say = (key: string, values = {}) => person.say(key, values);
      await person.open('/signin');
      await expect(main).toMatchAriaSnapshot(`
        - heading "${say('sign-in-title')}" [level=1]
        - textbox "${say('user-name')}"
        - textbox "${say('password')}"
        - button "${say('show')}"
        - checkbox "${say('own-device')}"
        - button "${say('sign-in-title')}"
        - link "${say('sign-in-trouble')}"
      `);
      await person.open('/reset');
      await expect(main).toMatchAriaSnapshot(`
        - list "${say('progress')}":
          - listitem
        - heading "${say('identify-title')}" [level=1]
        - textbox "${say('user-name')}"
        - status: ${say('identify-ready')}
        - button "${say('next')}"
      `);
      await person.identify('r.ito');
      await expect(main).toMatchAriaSnapshot(`
        - heading "${say('choose-title')}" [level=1]
        - group "${say('choose-method')}":
          - radio
      `);
      // Dots are heard as what they stand for.
      const email = `${say('method-email')} ${say('masked-mailbox', { first: 'r', ending: '.net' })}`;
      await expect(page.getByRole('radio', { name: email, exact: true })).toHaveCount(1);
      await person.chooseEmail();
      await expect(main).toMatchAriaSnapshot(`
        - heading "${say('code-title-email')}" [level=1]
        - textbox "${say('code-label')}"
        - button "${say('code-verify')}"
        - heading "${say('waiting-title')}" [level=2]
      `);
      await person.open('/signin');
      await person.signIn('u.mori', 'gentle compass 7358');
      await page.waitForURL('**/register');
      await expect(main).toMatchAriaSnapshot(`
        - list "${say('register-progress')}":
          - listitem
        - heading "${say('register-title')}" [level=1]
        - heading "${say('register-in-place')}" [level=2]
        - list:
          - listitem:
            - heading "${say('contact-email')}" [level=3]
            - 'link "${say('register-deed', { deed: say('register-change'), method: say('contact-email') })}"'
      `);
    });

    test('a refusal is heard at once, and again at its field', async ({ person, page }) => {
      await person.open('/signin');
      await person.press('sign-in-title');
      const name = page.getByRole('textbox', { name: person.say('user-name') });
      await expect(name).toBeFocused();
      await expect(name).toHaveAccessibleDescription(person.say('user-name-missing'));
      await person.signIn('k.sato', 'not this one');
      await expect(page.getByRole('alert')).toHaveText(person.say('sign-in-wrong'));
      await expect(page.locator('.slip.error')).toBeFocused();
      await expect(page).toHaveTitle(new RegExp(person.say('title-of-error', { title: '' }).trim()));

      await person.identify('k.sato');
      const seen = await person.stage.seen();
      await person.chooseEmail();
      await person.verify(wrongCode(await person.stage.code('ken.sato@example.net', seen)));
      const code = page.getByRole('textbox', { name: person.say('code-label') });
      await expect(code).toHaveAccessibleDescription(new RegExp(person.say('code-wrong', { left: '4' })));
      await expect(code).toBeFocused();
    });

    test('a refusal on a page that was fetched is the same as on one that was loaded', async ({ person, page }) => {
      await person.identify('l.martin');
      await person.chooseQuestions();
      await person.press('code-verify');
      await expect(page.getByRole('alert')).toHaveText(person.say('answers-missing'));
      const fields = page.locator('main input[name^=answer]');
      await expect(fields.first()).toBeFocused();
      await expect(page.locator('main input[name^=answer][aria-invalid=true]')).toHaveCount(await fields.count());
      await expect(page.locator('.slip.error svg')).toBeVisible();
      await expect(page).toHaveTitle(new RegExp(person.say('title-of-error', { title: '' }).trim()));
      await fields.first().fill('barnaby');
      await person.press('code-verify');
      await expect(page.getByRole('alert')).toHaveText(person.say('answers-missing'));
      await expect(fields.first()).toHaveValue('barnaby');
      // Loaded anew it tells nothing of before.
      await page.reload();
      await expect(fields.first()).toHaveValue('');
      await expect(page.locator('.slip.error')).toHaveCount(0);
    });

    test('a connection that is gone is heard on a page that was fetched, and nothing is lost', async ({ person, page, context }) => {
      await person.identify('l.martin');
      await person.chooseQuestions();
      await page.locator('#answer1').fill('barnaby');
      await context.setOffline(true);
      await person.press('code-verify');
      await expect(page.getByRole('alert')).toHaveText(person.say('unreachable'));
      await expect(page.locator('.slip.error svg')).toBeVisible();
      await expect(page.locator('#answer1')).toHaveValue('barnaby');
      await context.setOffline(false);
      await person.press('code-verify');
      await expect(page.getByRole('alert')).toHaveText(person.say('answers-missing'));
      await expect(page.locator('#answer1')).toHaveValue('barnaby');
    });

    test('a button that is busy says so, wherever its page was drawn', async ({ person, page }) => {
      const busy = page.getByRole('button', { name: person.say('one-moment'), exact: true });
      /** Answers a door only when told to. */
      const hold = async (door: string) => {
        let go = () => {};
        const told = new Promise<void>((done) => (go = done));
        await page.route(door, (route) => told.then(() => route.continue()), { times: 1 });
        return () => go();
      };
      await person.open('/signin');
      let go = await hold('**/api/signin');
      await person.signIn('h.tanaka', 'first lantern 2041');
      await expect(busy).toHaveAttribute('aria-busy', 'true');
      go();
      await page.waitForURL('**/register');
      await expect(busy).toHaveCount(0);

      go = await hold('**/api/signout');
      await person.press('sign-out');
      await expect(busy).toHaveAttribute('aria-busy', 'true');
      go();
      await page.waitForURL((url) => url.pathname === '/');
    });

    test('the end of a wait is heard, not its every second', async ({ person, page, stage }) => {
      await person.identify('k.sato');
      await person.chooseEmail();
      const left = page.locator('.waiting .number');
      await expect(left).toHaveText(/ ?0:(30|2\d)/);
      expect(await left.evaluate((element) => element.closest('[role=status], [role=alert], [aria-live]'))).toBeNull();
      await stage.moveClock(20);
      await page.reload();
      await expect(left).toHaveText(/0:\d\d/);
      const told = page.getByRole('status').filter({ hasText: person.say('again-now') });
      await expect(told).toHaveCount(0);
      await expect(told).toHaveCount(1, { timeout: 20_000 });
      await expect(page.getByRole('button', { name: person.say('again'), exact: true })).toBeVisible();
    });
  });
}
