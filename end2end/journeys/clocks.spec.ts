// What is left of a wait is counted by the server's time, whatever the browser's clock says.

import { expect, test, wrongCode } from '../pages/stage.ts';

test.use({ part: 'clocks' });

// One person each: failures stay counted, and both may meet the same server.
for (const { hours, wrong, name, address } of [
  { hours: -7, wrong: 'behind', name: 'k.sato', address: 'ken.sato@example.net' },
  { hours: 7, wrong: 'ahead', name: 'r.ito', address: 'ryo.ito@example.net' },
]) {
  test.describe(`hours ${wrong}`, () => {
    test.beforeEach(async ({ page, stage }) => {
      // What was sent before hinders nobody.
      await stage.moveClock(86_400);
      await page.addInitScript((hours) => {
        const right = Date.now.bind(Date);
        Date.now = () => right() + hours * 3_600_000;
      }, hours);
    });

    test('another code can be had when the server says so', async ({ person, page, stage }) => {
      await person.identify(name);
      await person.chooseEmail();
      const left = page.locator('.waiting .number');
      await expect(left).toHaveText(/ 0:(30|2\d)\b/);
      await stage.moveClock(20);
      await page.reload();
      await expect(left).toHaveText(/ 0:(10|0\d)\b/);
    });

    test('a pause is over when the server says so', async ({ person, page, stage }) => {
      await person.identify(name);
      const seen = await stage.seen();
      await person.chooseEmail();
      const code = wrongCode(await stage.code(address, seen));
      for (let tries = 0; tries < 5; tries += 1) {
        await person.verify(code);
        await expect(page.getByRole('button', { name: person.say('one-moment') })).toHaveCount(0);
      }
      await person.stands('pause-title');
      const left = page.locator('.until .number');
      await expect(left).toHaveText(/^\D*(30|[12]?\d)\D*$/);
      await stage.moveClock(20);
      await page.reload();
      await expect(left).toHaveText(/^\D*(10|\d)\D*$/);
    });
  });
}
