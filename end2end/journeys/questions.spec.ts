// Security questions: registered by somebody who signs in, answered by somebody who forgot the password.

import { word } from '../pages/people.ts';
import { alive, expect, test } from '../pages/stage.ts';

// People whose questions and passwords no other journey counts on.
test.use({ part: 'questions' });

const password = 'jikuso hudano sakoru 47';
const email = 'umi.mori@example.net';
const answers = {
  'first-teacher': 'ミス・サカモト',
  'childhood-street': 'Hanami-dori',
  'first-film': '風の旅',
  'first-sea': 'Étretat',
  'parents-met': 'Straße 17',
};
/** The same, as somebody else would write them. */
const spelled = {
  'first-teacher': 'みす さかもと',
  'childhood-street': 'ＨＡＮＡＭＩ　ＤＯＲＩ',
  'first-film': '風の旅。',
  'first-sea': 'ÉTRETAT',
  'parents-met': 'STRASSE17',
};

test('five questions are registered, and prove beside an email that it is their owner', async ({ person, stage, page, scripts }) => {
  await person.open('/signin');
  await person.signIn('u.mori', 'gentle compass 7358');
  await page.waitForURL('**/register');
  await person.reads('questions-count', { count: '5' });
  // Anew, which asks for the password and a code first.
  await page.locator('a[href="/register/questions"]').click();
  await page.waitForURL('**/register/prove?for=questions');
  await alive(page, scripts);
  let seen = await stage.seen();
  await person.field('password').fill('gentle compass 7358');
  await person.press('prove-deed');
  await page.waitForURL('**/register/code');
  await person.field('code').fill(await stage.code(email, seen, 'mail'));
  await person.press('code-verify');
  await page.waitForURL('**/register/questions');

  // The same question twice, and an answer that anybody would try: both are told, and what was chosen stays.
  await person.fillQuestions([
    ['first-teacher', 'Sakamoto'],
    ['first-teacher', 'Hanami-dori'],
    ['first-film', 'なし'],
    ['first-sea', 'Étretat'],
    ['parents-met', 'Straße 17'],
  ]);
  await person.press('questions-save');
  await expect(page.locator('.slip.error')).toContainText(person.say('question-chosen-before', { number: '1' }));
  await expect(page.locator('.slip.error')).toContainText(person.say('answer-too-common'));
  await expect(person.field('question4')).toHaveValue('first-sea');
  if (!scripts) await expect(person.field('answer4')).toHaveValue('');

  seen = await stage.seen();
  await person.registerQuestions(answers);
  await stage.arrives(email, seen, word('en', 'mail-added-subject'));

  // Past the limits of what was just sent there.
  await stage.moveClock(60);
  await person.identify('u.mori');
  await person.chooseQuestions();
  await person.stands('answers-title');
  await person.answer(Object.fromEntries(Object.keys(answers).map((id) => [id, 'none of these'])));
  await expect(page.locator('.slip.error')).toContainText(person.say('answers-wrong', { left: '4' }));
  await person.answer(spelled);
  await page.waitForURL('**/reset/choose');
  seen = await stage.seen();
  await person.chooseEmail();
  await person.verify(await stage.code(email, seen, 'mail'));
  await page.waitForURL('**/reset/password');
  await person.setPassword(password);
  await page.waitForURL('**/reset/done');
  await person.stands('done-title');
});

test('somebody of the demonstration resets with the answers that it tells', async ({ person, page }) => {
  await person.identify('l.martin');
  await person.chooseQuestions();
  await person.answer({ 'childhood-toy': 'barnaby', 'first-film': 'the red balloon', 'parents-met': 'STRASSBURG' });
  await page.waitForURL('**/reset/choose');
  await person.stands('choose-title');
});
