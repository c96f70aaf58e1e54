import assert from 'node:assert/strict';

/** A response as it came over the connection. */
export type HttpAnswer = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}>;

export type HttpAnswers = Readonly<{
  answers: readonly HttpAnswer[];
  /** Whether the bytes end where an answer ends. */
  complete: boolean;
}>;

/**
 * Reads every response of one connection, strictly: bytes that are not HTTP throw. Nothing of node's
 * own parser is used, since that wrote half of what is read here. Interim ones (1xx) are left out.
 * `toHead`: responses may be to HEAD, whose body is left out although its length is named.
 */
export function readAnswers(bytes: Buffer, toHead: boolean): HttpAnswers {
  const text = bytes.toString('latin1');
  const answers: HttpAnswer[] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end === -1) return { answers, complete: false };
    const [line = '', ...fields] = text.slice(at, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(line)?.[1]);
    assert.ok(status >= 100 && status <= 599, `not a status line: ${JSON.stringify(line)}`);
    const headers = readFields(fields);
    at = end + 4;
    if (status < 200) continue;
    const isBare = status === 204 || status === 304 || (toHead && isNextAnswer(text, at));
    const body = isBare ? { text: '', end: at } : readBody(text, at, headers);
    if (body === undefined) return { answers, complete: false };
    answers.push({ status, headers, body: Buffer.from(body.text, 'latin1').toString('utf8') });
    at = body.end;
  }
  return { answers, complete: true };
}

function isNextAnswer(text: string, at: number): boolean {
  return at === text.length || text.startsWith('HTTP/1.1 ', at);
}

function readFields(fields: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+): ?([\x20-\x7e]*)$/.exec(field) ?? [];
    assert.notEqual(name, '', `not a header: ${JSON.stringify(field)}`);
    assert.equal(headers[name.toLowerCase()], undefined, `${name} is there twice`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** Undefined where the body has not come to its end. */
function readBody(
  text: string,
  at: number,
  headers: Readonly<Record<string, string>>,
): { text: string; end: number } | undefined {
  const length = headers['content-length'];
  if (length !== undefined) {
    assert.match(length, /^\d+$/);
    const end = at + Number(length);
    return end <= text.length ? { text: text.slice(at, end), end } : undefined;
  }
  if (headers['transfer-encoding'] === undefined) {
    // What answers HTTP/1.0 may end with the connection.
    assert.equal(headers.connection, 'close', 'the end of the body is not stated');
    return { text: text.slice(at), end: text.length };
  }
  assert.equal(headers['transfer-encoding'], 'chunked');
  const parts: string[] = [];
  for (let from = at; ; ) {
    const lineEnd = text.indexOf('\r\n', from);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(from, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (end > text.length) return undefined;
    parts.push(text.slice(lineEnd + 2, end - 2));
    if (size === 0) return { text: parts.join(''), end };
    from = end;
  }
}
