// Looks into the mailbox of the demonstration every three seconds and shows what is new, without moving the page. The
// region itself stays, for only what changes within it is read out; the newest letter tells whether anything is new, for
// their number stays where it is once the mailbox is full.
const hint = document.querySelector('[data-fresh]');
if (hint) hint.textContent = hint.dataset.fresh;
const newest = (messages) => messages.querySelector('.message')?.dataset.id;
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [shown, other] = [document, fresh].map((page) => page.querySelector('.messages'));
  if (!shown || !other || newest(shown) === newest(other)) return;
  const letters = [...other.querySelectorAll('.message')];
  const known = letters.findIndex((letter) => letter.dataset.id === newest(shown));
  if (known > 0) shown.prepend(...letters.slice(0, known));
  else shown.replaceChildren(...letters);
  document.querySelector('.empty')?.remove();
}, 3000);
