import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createWorksCheck } from '../../../../tools/doctor/preflight/checks/works.ts';
import { createGoogleApi } from '../../../../tools/doctor/preflight/google-api.ts';
import type { PreflightOptions } from '../../../../tools/doctor/preflight/options.ts';
import { createChecks, runChecks } from '../../../../tools/doctor/preflight/preflight.ts';
import { collect, renderReport } from '../../../../tools/doctor/preflight/report.ts';
import { CLOUD_RUN, healthyTraces } from '../healthy-traces.ts';
import { createFullProject, PROJECT, startFakeGoogle } from './fake-google.ts';

const OPTIONS: PreflightOptions = {
  ...{ projectId: PROJECT, region: 'us-central1', tag: undefined, gke: true, trace: true },
  report: 'report.md',
};

/** None of these may be in a report, wherever they come from. */
const SECRETS = {
  accessToken: 'ya29.a0AfB_byC-secret-token_value',
  idToken: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl',
  apiKey: 'AIzaSyA-1234567890abcdefghijklmnopqrstu',
  password: 'hunter2-and-more',
  person: 'alice.liddell@example.com',
  projectNumber: '123456789012',
  privateKey: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
  cookie: 'session-of-alice',
  address: '203.0.113.77',
};
const PLANTED =
  `user:${SECRETS.person} Bearer ${SECRETS.accessToken} ${SECRETS.idToken} key ${SECRETS.apiKey} ` +
  `password=${SECRETS.password} {"client_secret": "${SECRETS.password}"} ` +
  `projects/${SECRETS.projectNumber}/x service-${SECRETS.projectNumber}@gcp-sa.iam.gserviceaccount.com ` +
  `https://me:${SECRETS.password}@host/ client-${SECRETS.projectNumber}.us-central1.run.app ` +
  `${SECRETS.address} -----BEGIN PRIVATE KEY-----\n${SECRETS.privateKey}\n-----END PRIVATE KEY-----`;

/** What Google refuses, it refuses with all of them in its words. */
async function resultsOf(t: TestContext, refused?: RegExp) {
  const project = createFullProject();
  if (refused) project.refuse = { status: 403, message: PLANTED, path: refused };
  const google = await startFakeGoogle(project);
  t.after(google.close);
  const { signal } = new AbortController();
  const api = createGoogleApi({
    signer: async () => new Headers({ authorization: 'Bearer a-token' }),
    endpoints: google.endpoints,
    signal,
    retryDelayMs: 1,
  });
  const works = createWorksCheck(async () => [
    { name: 'play', bytes: Buffer.from('thee\nthee\n') },
  ]);
  const checks = createChecks(works, { cloudRun: [], gke: [] });
  return runChecks(checks, { options: OPTIONS, api, signal });
}

const planted = healthyTraces().map((trace) => ({
  ...trace,
  spans: trace.spans.map((span) => ({
    ...span,
    name: span.kind === 'client' ? `${span.name} ${PLANTED}` : span.name,
    attributes: {
      ...span.attributes,
      'http.request.header.cookie': SECRETS.cookie,
      'user.email': SECRETS.person,
      'client.address': SECRETS.address,
      'shakesapp.error.message': PLANTED,
    },
    events: [{ name: PLANTED, timeMs: span.startMs, attributes: {} }],
  })),
}));

async function report(
  t: TestContext,
  setup: { refused?: RegExp; options?: PreflightOptions } = {},
) {
  const options = setup.options ?? OPTIONS;
  const asked: string[] = [];
  const collected = await collect({
    options,
    results: await resultsOf(t, setup.refused),
    runCommand: async (file) =>
      file === 'gcloud' ? `Google Cloud SDK 549.0.1\naccount ${SECRETS.person}` : null,
    runTool: async (args) => {
      asked.push(args.join(' '));
      return `Healthy, says ${args[0]} of ${PROJECT}. ${PLANTED}`;
    },
    readTraces: async () => planted,
    nowMs: Date.parse('2026-11-20T10:20:00Z'),
    onProgress: () => {},
  });
  return { text: renderReport(collected, options), asked };
}

for (const refused of [undefined, /\/v3\/projects/, /services\/client$/]) {
  test(`a report holds no secret where Google refuses ${refused ?? 'nothing'}`, async (t) => {
    const { text } = await report(t, refused === undefined ? {} : { refused });
    const found = Object.entries(SECRETS).filter(([, secret]) => text.includes(secret));
    assert.deepEqual(found, []);
    assert.ok(!text.includes(PROJECT), 'the project is called PROJECT');
    assert.match(text, /Left out: tokens, keys and passwords; e-mail addresses/);
  });
}

test('a report holds versions, every check, one trace and the words of both commands', async (t) => {
  const { text, asked } = await report(t);
  assert.match(text, /^node: v\d+/m);
  assert.match(text, /^terraform: not found$/m);
  assert.match(text, /^gcloud: Google Cloud SDK 549\.0\.1$/m);
  assert.match(text, /^ok {5}your credentials work$/m);
  assert.match(text, new RegExp(`^trace ${CLOUD_RUN}: 11 spans`, 'm'));
  assert.match(text, /Healthy, says doctor of PROJECT\./);
  assert.match(text, /Healthy, says compare of PROJECT\./);
  assert.deepEqual(asked, [
    `doctor --project ${PROJECT} --since 15m`,
    `compare --project ${PROJECT} --since 15m`,
  ]);
  const data = JSON.parse(/```json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '');
  assert.equal(data.checks.length, 15);
  assert.ok(data.checks.every(({ status }: { status: string }) => status === 'passed'));
  assert.equal(data.trace.length, 11);
  const [root] = data.trace;
  assert.equal(root.attributes['shakesapp.run_id'], 'run-1');
  assert.equal(root.attributes['user.email'], '<left out>');
});

test('without a run a report says that no trace was looked for', async (t) => {
  const { text, asked } = await report(t, { options: { ...OPTIONS, trace: false } });
  assert.deepEqual(asked, []);
  assert.match(text, /no trace was found/);
  assert.match(text, /not run \(--no-trace\)/);
});
