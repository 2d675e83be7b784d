// Back, reload, a second tab, a second browser, a copied cookie.

import { expect, test } from '../pages/stage.ts';

test('back, reload and a second tab neither lose nor skip a step', async ({ person, page, stage, context }) => {
  await person.identify('k.sato');
  const seen = await stage.seen();
  await person.chooseEmail();
  await page.reload();
  await person.stands('code-title-email');
  const tab = await context.newPage();
  await tab.goto('/reset/password');
  await expect(tab).toHaveURL(/\/reset\/code$/);
  await person.verify(await stage.code('ken.sato@example.net', seen));
  await page.waitForURL('**/reset/choose');
  await page.goBack();
  await expect(page).toHaveURL(/\/reset\/choose$/);
  await person.stands('choose-title');
  await page.goto('/reset/code');
  await expect(page).toHaveURL(/\/reset\/choose$/);
  await tab.reload();
  await expect(tab).toHaveURL(/\/reset\/choose$/);
});

test('another browser cannot go on with a reset', async ({ person, browser, stage }) => {
  await person.identify('k.sato');
  const other = await browser.newContext({ baseURL: stage.address });
  const page = await other.newPage();
  await page.goto('/reset/choose');
  await expect(page).toHaveURL(/\/reset$/);
  await other.close();
});

test('a copied cookie is useless after the next gate', async ({ person, page, context, browser, stage }) => {
  await person.identify('k.sato');
  await stage.moveClock(31);
  const seen = await stage.seen();
  await person.chooseEmail();
  const copied = await context.storageState();
  await person.verify(await stage.code('ken.sato@example.net', seen));
  await page.waitForURL('**/reset/choose');
  await stage.moveClock(61);
  const thief = await browser.newContext({ baseURL: stage.address, storageState: copied });
  const other = await thief.newPage();
  await other.goto('/reset/choose');
  await expect(other).toHaveURL(/\/reset$/);
  await thief.close();
});

test('nothing is kept in the storage of the browser, nor in the address', async ({ person, page, stage }) => {
  await person.identify('r.ito');
  await person.prove('ryo.ito@example.net', '+819023456789', '090 2345 6789');
  await person.setPassword('jikuso hudano sakoru 47');
  await page.waitForURL('**/reset/done');
  const kept = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    history: location.search + location.hash,
  }));
  expect(kept).toEqual({ local: 0, session: 0, databases: 0, history: '' });
});
