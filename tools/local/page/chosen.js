// The traces that the address names: #trace=ID is one, #trace=ID&with=ID two side by side.
(() => {
  const byId = (id) => document.getElementById(id);
  const section = byId('chosen');
  const place = byId('chosen-traces');
  const select = byId('other');
  const alone = byId('alone');
  const TRACE_ID = /^[0-9a-f]{32}$/;

  const idsOf = (hash) => {
    const fields = new URLSearchParams(hash.slice(1));
    return ['trace', 'with'].flatMap((name) => fields.get(name)?.toLowerCase() ?? []);
  };
  const addressOf = ([one, other]) => (other ? `#trace=${one}&with=${other}` : `#trace=${one}`);

  let ids = [];
  // What is drawn: the ids, and how many spans each had.
  let drawn = '';

  const say = (text) => {
    if (byId('chosen-state').textContent !== text) byId('chosen-state').textContent = text;
  };

  const clear = (why) => {
    place.replaceChildren();
    drawn = '';
    say(why);
  };

  const draw = async () => {
    const wanted = ids;
    const wrong = wanted.find((id) => !TRACE_ID.test(id));
    if (wrong !== undefined)
      return clear(`“${wrong}” is not a trace ID. A trace ID has 32 hex digits.`);
    const version = wanted.map((id) => `${id} ${byId(`trace-${id}`)?.dataset.spans}`).join();
    if (version === drawn) return;
    // What somebody reads stays as it is while more spans of the same traces come.
    const isInUse = place.contains(document.activeElement) || place.querySelector('.row.open');
    if (isInUse && place.dataset.of === wanted.join()) return;
    const answer = await fetch(`traces/${wanted.join('/with/')}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (wanted !== ids) return;
    if (!answer.ok) return clear(text);
    const template = document.createElement('template');
    template.innerHTML = text;
    // The list below may show the same spans: an id occurs once in a page.
    for (const item of template.content.querySelectorAll('[id]')) item.id = `chosen-${item.id}`;
    for (const button of template.content.querySelectorAll('[aria-controls]'))
      button.setAttribute('aria-controls', `chosen-${button.getAttribute('aria-controls')}`);
    place.replaceChildren(template.content);
    place.dataset.of = wanted.join();
    drawn = version;
    say('');
  };

  const optionOf = (item) => {
    const id = item.id.slice('trace-'.length);
    const line = item.querySelector('summary').textContent.replace(/\s+/g, ' ').trim();
    return id === ids[0] ? [] : [new Option(line, id)];
  };

  const offer = () => {
    if (document.activeElement === select) return;
    const value = ids[1] ?? select.value;
    const groups = [...document.querySelectorAll('section:has(> .traces)')].map((list) => {
      const group = document.createElement('optgroup');
      group.label = list.querySelector('h2').textContent;
      group.append(...[...list.querySelectorAll('details')].flatMap(optionOf));
      return group;
    });
    select.replaceChildren(...groups);
    const options = [...select.options];
    if (options.some((option) => option.value === value)) select.value = value;
    byId('lay').disabled = options.length === 0;
  };

  const update = async () => {
    if (ids.length === 0) return;
    offer();
    try {
      await draw();
    } catch (error) {
      say(`Not up to date: ${error.message}`);
    }
  };

  const choose = async () => {
    const { hash } = location;
    const next = idsOf(hash);
    // Other links of the page leave open what is chosen; an address without a part does not.
    if (next.length === 0 && hash !== '' && hash !== '#recent') return;
    ids = next;
    section.hidden = ids.length === 0;
    byId('chosen-title').textContent = ids.length > 1 ? 'Two traces side by side' : 'Chosen trace';
    alone.hidden = ids.length < 2;
    if (ids.length === 0) return clear('');
    alone.href = addressOf(ids.slice(0, 1));
    await update();
    byId('chosen-title').focus();
    section.scrollIntoView();
  };

  byId('lay').addEventListener('click', () => {
    if (select.value !== '') location.hash = addressOf([ids[0], select.value]);
  });
  addEventListener('hashchange', choose);
  document.addEventListener('updated', update);
  choose();
})();
