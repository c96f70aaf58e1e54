// Shows what belongs to a span: on hover, on focus, and pinned by a click until Escape.
(() => {
  let shown = null;
  // There the card covers half of the screen: a mouse that passes must not call it up.
  const narrow = matchMedia('(max-width: 760px)');

  const rowOf = (target) => (target instanceof Element ? target.closest('.row') : null);

  const hide = () => {
    if (!shown) return;
    shown.classList.remove('open', 'pinned');
    shown.querySelector('button').setAttribute('aria-expanded', 'false');
    shown = null;
  };

  const show = (row, pinned) => {
    if (shown !== row) hide();
    shown = row;
    row.classList.add('open');
    row.classList.toggle('pinned', pinned);
    const { top, bottom } = row.getBoundingClientRect();
    row.classList.toggle('above', top > innerHeight - bottom);
    row.querySelector('button').setAttribute('aria-expanded', 'true');
  };

  const isPinned = () => shown?.classList.contains('pinned') ?? false;

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'mouse' || narrow.matches || isPinned()) return;
    const row = rowOf(event.target);
    if (row) show(row, false);
    else if (!rowOf(document.activeElement)) hide();
  });

  document.addEventListener('focusin', (event) => {
    const row = rowOf(event.target);
    if (row && row !== shown) show(row, false);
    if (!row) hide();
  });

  document.addEventListener('click', (event) => {
    const row = rowOf(event.target);
    if (!row) return hide();
    if (!event.target.closest('button')) return;
    if (row === shown && isPinned()) hide();
    else show(row, true);
  });

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return hide();
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (!event.target.matches?.('.row > button')) return;
    const row = rowOf(event.target);
    const next = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
    if (!next) return;
    event.preventDefault();
    next.querySelector('button').focus();
  });
})();
