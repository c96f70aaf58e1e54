import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { ERRORS, kindOfGrpcStatus } from '../../lib/errors.ts';
import { TIMEOUT_HEADER } from '../../lib/request-timeout.ts';
import { RETRY_PUSHBACK, SERVICE_NAME, shakespeareService } from '../../lib/rpc.ts';
import { MAX_QUERY_BYTES } from '../../lib/search-query.ts';
import { LOG_FIELD } from '../../lib/telemetry/log-fields.ts';
import { SPAN } from '../../lib/telemetry/names.ts';
import { createPropagator } from '../../lib/telemetry/propagator.ts';
import { createAuthority } from '../../tools/local/cloud/identity/certificates.ts';
import { programEnvironment } from '../../tools/local/platforms/environment.ts';
import {
  ATTACH_TIMEOUT_MS,
  CLOUD_RUN_KNOBS,
  GKE_KNOBS,
} from '../../tools/local/platforms/knobs.ts';
import { SETTINGS } from '../../tools/local/platforms/program-command.ts';
import { replacementVariables } from '../../tools/local/platforms/replacement-environment.ts';
import { ROOT } from '../rules/sources.ts';
import { readDocument, readInlineCode } from './documents.ts';

const { text } = readDocument('docs/contract.md');
const sectionOf = (title: string) =>
  new RegExp(`^## ${title}\\n(.*?)(?=^## |$(?![^]))`, 'ms').exec(text)?.[1] ?? assert.fail(title);
const rowsOf = (section: string) =>
  section
    .split('\n')
    .filter((line) => /^\| (?!-)/.test(line))
    .map((line) => line.replace(/^\| | \|$/g, '').split(' | '));

describe('docs/contract.md, server', () => {
  const section = sectionOf('server');

  it('names the method, and the proto that has it', () => {
    assert.ok(section.includes(`\`${SERVICE_NAME}/GetMatchCount\``));
    assert.equal(shakespeareService.GetMatchCount.path, `/${SERVICE_NAME}/GetMatchCount`);
    const proto = readFileSync(join(ROOT, 'proto/shakesapp.proto'), 'utf8');
    assert.match(proto, /^option go_package = /m);
    assert.match(proto, /int64 match_count = 1;/);
  });

  const codes = rowsOf(section).filter(([, , number]) => /^\d+$/.test(number ?? ''));
  it('has the code of each error', () => assert.equal(codes.length, 6));
  for (const [when, code = '', number, http] of codes) {
    it(`maps ${code} to ${http}, as client does: ${when}`, () => {
      assert.equal(status[code as keyof typeof status], Number(number));
      assert.equal(ERRORS[kindOfGrpcStatus(Number(number))].http, Number(http));
    });
  }

  it('maps every other code of gRPC to the last row’s status', () => {
    const [, , , other] = rowsOf(section).at(-1) ?? [];
    const named = new Set(codes.map(([, , number]) => Number(number)));
    for (let code = 1; code <= 16; code += 1) {
      if (!named.has(code)) assert.equal(ERRORS[kindOfGrpcStatus(code)].http, Number(other));
    }
  });

  it('states the longest query, and the trailer that forbids another call', () => {
    assert.ok(section.includes(`more than ${MAX_QUERY_BYTES.toLocaleString('en')} bytes`));
    assert.ok(section.includes(`\`${RETRY_PUSHBACK.key}: ${RETRY_PUSHBACK.never}\``));
  });
});

describe('docs/contract.md, client', () => {
  const section = sectionOf('client');

  it('has a row for every error that client answers', () => {
    const rows = rowsOf(section).filter(([first]) => /^\d+$/.test(first ?? ''));
    const listed = rows.map(([http, type]) => `${http} ${type?.replaceAll('`', '')}`).sort();
    const answered = Object.entries(ERRORS)
      // Nobody is there any more to read it.
      .filter(([kind]) => kind !== 'cancelled')
      .map(([kind, { http }]) => {
        const name = kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        return `${http} tag:shakesapp,2026:${name}`;
      });
    assert.deepEqual(listed, answered.sort());
  });

  it('names the header of the time that is left', () => {
    assert.ok(section.includes(`\`${TIMEOUT_HEADER}\``));
  });
});

describe('docs/contract.md, trace headers', () => {
  it('has the headers that ours send, in their form', () => {
    const rows = rowsOf(sectionOf('Trace headers'));
    const named = rows
      .flatMap(([header = '']) => readInlineCode(header))
      .map((name) => name.toLowerCase());
    for (const field of createPropagator(['gcp_trace', 'tracecontext', 'b3']).fields()) {
      if (field !== 'tracestate') assert.ok(named.includes(field.toLowerCase()), field);
    }
  });
});

describe('docs/contract.md, environment', () => {
  it('has every variable that a replacement gets beside the caller’s, and no other', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'contract-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const { certFile } = await createAuthority(folder);
    const names = new Set<string>();
    for (const [program, upstream] of [
      ['server', {}],
      ['client', { SERVER_ADDR: 'x' }],
      ['loadgen', { CLIENT_ADDR: 'x' }],
    ] as const) {
      const own = programEnvironment({
        program,
        port: 1,
        metadataHost: 'm',
        cloud: {
          projectId: 'p',
          otlpOrigin: 'o',
          traceWriteAddress: 't',
          configDir: 'c',
          storageOrigin: 's',
          authority: { certFile },
        },
        settings: {
          ...SETTINGS,
          imageTag: '1',
          sampler: { name: 'parentbased_always_on', arg: '1' },
          extraEnv: { [program]: { SPAN_FLUSH: 'background' } },
        },
        billing: 'instance',
        slowness: 1,
        addedLatencyMs: 0,
        resourceAttributes: {},
        platformEnv: {
          ...{ K_SERVICE: '', K_REVISION: '', K_CONFIGURATION: '' },
          ...{ KUBERNETES_SERVICE_HOST: '', HOSTNAME: '' },
        },
        upstream,
      });
      const given = replacementVariables({
        program,
        own,
        metadataHost: 'm',
        storageOrigin: 's',
        certFile,
        caller: {},
        platform: {},
      });
      for (const name of Object.keys(given)) names.add(name);
    }
    // Which of our own two ways of reading the texts a server takes is its own affair.
    names.delete('WORKS_CACHE');
    const listed = rowsOf(sectionOf('Environment')).flatMap(([cell = '']) => readInlineCode(cell));
    assert.deepEqual(listed.sort(), [...names].sort());
  });
});

describe('docs/contract.md, log lines', () => {
  const members = rowsOf(sectionOf('Log lines')).flatMap(([first = '']) => readInlineCode(first));
  const sourceOf = (names: readonly string[]) =>
    names
      .map((name) => readFileSync(join(ROOT, 'tools', name), 'utf8'))
      .join('')
      .replaceAll(
        /\bLOG_FIELD\.(\w+)/g,
        (_, name) => `'${LOG_FIELD[name as keyof typeof LOG_FIELD]}'`,
      );
  const LOCAL = ['local/console.ts', 'local/log-book.ts'];
  const DOCTOR = ['doctor/logs.ts', 'doctor/rules/unlinked-logs.ts'];

  it('names no member that no tool reads', () => {
    const readers = sourceOf([...LOCAL, ...DOCTOR]);
    for (const member of members) {
      assert.ok(readers.includes(`.${member}`) || readers.includes(`'${member}'`), member);
    }
  });

  it('names each member that a tool reads', () => {
    const ofText = ['length', 'slice'];
    const plain = [...sourceOf(LOCAL).matchAll(/\bline\.(\w+)/g)].map(([, name = '']) => name);
    const googles = sourceOf([...LOCAL, ...DOCTOR]).match(/logging\.googleapis\.com\/\w+/g) ?? [];
    const read = [...plain, ...googles].filter((name) => !ofText.includes(name));
    assert.ok(new Set(read).size >= 12, `${read}`);
    assert.deepEqual(
      read.filter((name) => !members.includes(name)),
      [],
    );
  });
});

describe('docs/contract.md, spans, start and end', () => {
  it('names the spans of ours that nobody expects of others', () => {
    const section = sectionOf('Spans');
    for (const name of [SPAN.worksRead, SPAN.worksSearch, SPAN.client, SPAN.loadgen]) {
      assert.ok(section.includes(`\`${name}\``), name);
    }
  });

  it('states the times as the platforms have them', () => {
    assert.equal(CLOUD_RUN_KNOBS.startupTimeoutMs, 60_000);
    const { periodMs, failureThreshold } = GKE_KNOBS.startupProbe;
    assert.equal(periodMs * failureThreshold, 60_000);
    assert.match(text, /within 60 s/);
    assert.equal(CLOUD_RUN_KNOBS.stopGraceMs, 10_000);
    assert.equal(GKE_KNOBS.stopGraceMs, 10_000);
    assert.match(text, /SIGTERM, after 10 s SIGKILL/);
    assert.equal(ATTACH_TIMEOUT_MS, 600_000);
    assert.match(text, /up to 10 minutes/);
  });
});
