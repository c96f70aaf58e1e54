// Keeps the page up to date: the server says that something changed, the page fetches it.
(() => {
  const byId = (id) => document.getElementById(id);
  const traces = byId('traces');
  const all = byId('all');
  const VISIBLE = 10;

  const ask = async (path) => {
    const answer = await fetch(path, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  };

  const parse = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  };

  // A part that somebody reads or uses stays as it is.
  const isInUse = (part) =>
    part.contains(document.activeElement) || part.querySelector('.row.open');

  const fill = async (item) => {
    const body = item.querySelector('.body');
    if (isInUse(body) || body.dataset.spans === item.dataset.spans) return;
    body.dataset.spans = item.dataset.spans;
    body.replaceChildren(parse(await ask(`traces/${item.id.slice('trace-'.length)}`)));
  };

  const updateTraces = async () => {
    const fresh = [...parse(await ask('traces')).children];
    const kept = new Set(fresh.map(({ id }) => id));
    for (const old of [...traces.children]) {
      if (!kept.has(old.id) && !old.contains(document.activeElement)) old.remove();
    }
    let place = traces.firstElementChild;
    for (const item of fresh) {
      const old = byId(item.id);
      if (!old) {
        traces.insertBefore(item, place);
        continue;
      }
      if (place === old) place = old.nextElementSibling;
      // Its root span arrived, and it began earlier than its other spans.
      else if (!isInUse(old)) traces.insertBefore(old, place);
      old.dataset.spans = item.dataset.spans;
      const line = old.querySelector('summary').firstElementChild;
      const news = item.querySelector('summary').firstElementChild;
      if (line.innerHTML !== news.innerHTML) line.replaceWith(news);
      if (old.open) await fill(old);
    }
    all.hidden = traces.children.length <= VISIBLE;
    if (!traces.classList.contains('all')) all.textContent = `Show all ${traces.children.length}`;
  };

  const replace = (part, html) => {
    if (part.dataset.html === html || isInUse(part)) return;
    part.dataset.html = html;
    const open = [...part.querySelectorAll('details[open]')].map(({ id }) => id);
    part.replaceChildren(parse(html));
    for (const id of open) if (byId(id)) byId(id).open = true;
  };

  const updateComparison = async () => {
    const parts = JSON.parse(await ask('comparison'));
    replace(byId('header'), parts.header);
    replace(byId('verdict-part'), parts.verdict);
    replace(byId('evidence'), parts.evidence);
  };

  const say = (text) => {
    if (byId('connection').textContent !== text) byId('connection').textContent = text;
  };
  const report = (error) => say(`Not up to date: ${error.message}`);

  // One update at a time; a change meanwhile causes one more.
  let running = false;
  let again = false;
  const update = async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      try {
        await updateTraces();
        await updateComparison();
        say('Live: updated as spans arrive.');
        document.dispatchEvent(new Event('updated'));
      } catch (error) {
        report(error);
      }
    }
    running = false;
  };

  // The event does not bubble, but the capture phase sees it.
  const onToggle = ({ target }) => target.open && fill(target).catch(report);
  traces.addEventListener('toggle', onToggle, true);
  for (const list of document.querySelectorAll('.saved'))
    list.addEventListener('toggle', onToggle, true);

  all.addEventListener('click', () => {
    const shown = traces.classList.toggle('all');
    all.setAttribute('aria-pressed', String(shown));
    all.textContent = shown ? `Show the newest ${VISIBLE}` : `Show all ${traces.children.length}`;
  });

  const events = new EventSource('events');
  events.addEventListener('open', update);
  events.addEventListener('changed', update);
  events.addEventListener('error', () =>
    say('Connection lost: npm start has ended or is restarting.'),
  );
})();
