/**
 * Markup that cannot be forgotten to be escaped: `html` escapes every value but Markup, so text
 * from a trace reaches the page as text, whatever it holds.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Value = Markup | string | number | readonly Value[] | null | undefined | false;

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += toHtml(value) + (strings[index + 1] ?? '');
  });
  return new Markup(text);
}

/** For markup that this code or a library made, never for text from a trace. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/**
 * Text that came from a trace, isolated, so that a right-to-left override in a span's name does
 * not turn the text around it.
 */
export function foreign(text: string): Markup {
  return html`<bdi>${text}</bdi>`;
}

/**
 * A span's name for a narrow place: of what precedes the last slash, the package is left out, the
 * same in every row. `…ShakespeareService/GetMatchCount` tells more than `grpc.shakesapp.Shake…`.
 * What still does not fit is cut before the slash. The path in a row's details has the full name.
 */
export function renderName(name: string): Markup {
  const slash = name.lastIndexOf('/');
  if (slash <= 0 || slash === name.length - 1)
    return html`<span class="name">${foreign(name)}</span>`;
  const dot = name.lastIndexOf('.', slash - 2);
  const head = dot < 0 ? name.slice(0, slash) : `…${name.slice(dot + 1, slash)}`;
  return html`<span class="name" title="${name}"><span class="head">${foreign(head)}</span><span class="tail">${foreign(name.slice(slash))}</span></span>`;
}

function toHtml(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toHtml).join('');
  if (value === null || value === undefined || value === false) return '';
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes. What no HTML file may hold becomes U+FFFD. */
function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it replaces
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
  );
}
