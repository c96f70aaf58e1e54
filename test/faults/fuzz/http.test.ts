import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpAnswer } from './http-answer.ts';
import { exchange } from './http-connection.ts';
import { type HttpVocabulary, httpInputs } from './http-inputs.ts';
import { assertUnhurt, linesWith, type RunningProgram, startSystem } from './running-system.ts';
import { fuzz, type Verdict } from './surface.ts';

/** Statuses by which a caller is refused for what it sent. Never 500, and never 417 without a body. */
const REFUSALS: readonly number[] = [400, 404, 405, 408, 413, 417, 431];

const CLIENT: HttpVocabulary = {
  methods: ['GET', 'GET', 'GET', 'HEAD', 'POST'],
  targets: ['/?q=be', '/?q=to+be', '/?q=%C3%A4', '/', '/health', '/_healthz', '/ready', '/?q=Q%55'],
  bodies: [''],
};
const LOADGEN: HttpVocabulary = {
  methods: ['POST', 'POST', 'POST', 'GET', 'HEAD'],
  targets: ['/', '/', '/', '/health', '/_healthz'],
  bodies: [
    '{"requests":1}',
    '{"requests":2,"intervalMs":1}',
    '{"requests":1,"runId":"a"}',
    '',
    '{}',
  ],
};

function assertProblem({ status, headers, body }: HttpAnswer): void {
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json(;|$)/);
  // What answers HEAD has no body.
  if (body === '') return;
  const problem = JSON.parse(body);
  assert.equal(problem.status, status);
  for (const member of ['type', 'title', 'detail']) {
    assert.equal(typeof problem[member], 'string', member);
    assert.notEqual(problem[member], '', member);
  }
}

/** Every answer of a connection is one that the documents name; a connection may be closed, too. */
async function judge(
  { port }: RunningProgram,
  sent: Parameters<typeof exchange>[1],
  assertSuccess: (answer: HttpAnswer) => void,
): Promise<Verdict> {
  const { answers, complete } = await exchange(port, sent);
  // An answer is cut only where this side closed the connection under it.
  assert.ok(complete || answers.length > 0 || sent.hangsUp, 'an answer that is no answer');
  for (const answer of answers) {
    if (answer.status === 200) assertSuccess(answer);
    else {
      assert.ok(REFUSALS.includes(answer.status), `${answer.status} ${answer.body}`);
      assertProblem(answer);
    }
  }
  return answers.some(({ status }) => status === 200) ? 'accepted' : 'refused';
}

async function assertHealthy({ port }: RunningProgram): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  assert.deepEqual([response.status, await response.text()], [200, 'ok']);
}

test('client answers any bytes with what is documented, or closes the connection', async (t) => {
  const { client, server } = await startSystem(t);
  await fuzz({
    name: 'HTTP to client',
    quick: 700,
    full: 15_000,
    input: httpInputs(CLIENT),
    judge: (sent) =>
      judge(client, sent, ({ body }) => {
        if (['', 'ok', 'ready'].includes(body)) return;
        const { query, matchCount } = JSON.parse(body);
        assert.equal(matchCount, linesWith(query), `the count of ${query}`);
      }),
  });
  await assertHealthy(client);
  await assertUnhurt(client);
  await assertUnhurt(server);
});

test('loadgen answers any bytes with what is documented, or closes the connection', async (t) => {
  const { loadgen } = await startSystem(t);
  await fuzz({
    name: 'HTTP to loadgen',
    quick: 400,
    full: 8_000,
    input: httpInputs(LOADGEN),
    judge: (sent) =>
      judge(loadgen, sent, ({ body }) => {
        if (body === '' || body === 'ok') return;
        const { requests, ok, mismatched, failed, dropped } = JSON.parse(body);
        assert.equal(mismatched, 0);
        assert.equal(requests, ok + failed + dropped);
      }),
  });
  await assertHealthy(loadgen);
  await assertUnhurt(loadgen);
});
