// Looks into the mailbox of the demonstration every three seconds and shows what is new, without moving the page.
const hint = document.querySelector('[data-fresh]');
if (hint) hint.textContent = hint.dataset.fresh;
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [shown, other] = [document, fresh].map((page) => page.querySelector('.messages'));
  if (!shown || !other || shown.childElementCount === other.childElementCount) return;
  shown.replaceWith(document.adoptNode(other));
  document.querySelector('.empty')?.remove();
}, 3000);
