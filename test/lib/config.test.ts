import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import {
  address,
  ConfigError,
  host,
  integer,
  oneOf,
  parseEnv,
  port,
  text,
} from '../../lib/config.ts';

const variables = {
  PORT: port(8080),
  COUNT: integer({ min: 1, max: 10, default: 3 }),
  MODE: oneOf(['fast', 'slow'], 'fast'),
  NAME: text('a name'),
  ADDR: address(),
};
const NAMED = { NAME: 'x', ADDR: 'server:5050' };

function problemsOf(env: NodeJS.ProcessEnv): ConfigError {
  try {
    parseEnv(variables, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  assert.fail('the environment was taken for right');
}

describe('parseEnv', () => {
  test('fills in what is not set and freezes the result', () => {
    const config = parseEnv(variables, NAMED);
    assert.deepEqual([config.PORT, config.COUNT, config.MODE], [8080, 3, 'fast']);
    assert.ok(Object.isFrozen(config));
  });

  test('takes an empty value for unset', () => {
    assert.equal(parseEnv(variables, { ...NAMED, COUNT: '' }).COUNT, 3);
  });

  test('reads no variable that it was not told of', () => {
    assert.deepEqual(Object.keys(parseEnv({ PORT: port(1) }, { SECRET: 's' })), ['PORT']);
  });

  test('lists every problem at once: name, value and what is allowed', () => {
    const { message, problems } = problemsOf({
      PORT: '70000',
      COUNT: '0',
      MODE: 'medium',
      ADDR: 'http://server:5050',
    });
    assert.equal(
      message,
      [
        '5 environment variables are wrong:',
        '  PORT: is "70000"; allowed: a whole number from 0 to 65535',
        '  COUNT: is "0"; allowed: a whole number from 1 to 10',
        '  MODE: is "medium"; allowed: one of fast, slow',
        '  NAME: is not set; allowed: a name',
        '  ADDR: is "http://server:5050"; allowed: host:port (plain text, no token) or https://host[:port] (TLS and an ID token for that origin)',
      ].join('\n'),
    );
    assert.equal(problems.length, 5);
  });

  test('speaks of one problem in the singular', () => {
    assert.match(problemsOf({ ...NAMED, PORT: 'x' }).message, /^1 environment variable is wrong:/);
  });
});

describe('integer', () => {
  for (const value of ['1e3', '0x10', ' 5', '5.0', '-1', '+5', '9'.repeat(16), '11', 'five']) {
    test(`refuses ${JSON.stringify(value)}`, () => {
      assert.match(problemsOf({ ...NAMED, COUNT: value }).message, /COUNT: .* from 1 to 10/);
    });
  }

  test('takes both bounds', () => {
    assert.equal(parseEnv(variables, { ...NAMED, COUNT: '1' }).COUNT, 1);
    assert.equal(parseEnv(variables, { ...NAMED, COUNT: '10' }).COUNT, 10);
  });
});

describe('port', () => {
  const parse = (value: string) => parseEnv({ PORT: port(8080) }, { PORT: value }).PORT;

  test('takes 0 for a free one, and an empty value for unset', () => {
    assert.deepEqual(['0', '65535', ''].map(parse), [0, 65_535, 8_080]);
  });

  for (const value of ['65536', '8080 ', '0x1F90', '-1', '80.0', 'http']) {
    test(`refuses ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => parse(value),
        (error: ConfigError) =>
          error.message.includes(`PORT: is "${value}"; allowed: a whole number from 0 to 65535`),
      );
    });
  }
});

describe('text', () => {
  test('refuses control characters, which would break a header or a log line', () => {
    assert.match(problemsOf({ ...NAMED, NAME: 'a\nb' }).message, /NAME: is "a\\nb"/);
  });
});

describe('host', () => {
  test('takes addresses only', () => {
    const parse = (HOST: string) => parseEnv({ HOST: host() }, { HOST }).HOST;
    assert.equal(parse('::1'), '::1');
    assert.equal(parse('10.0.0.1'), '10.0.0.1');
    assert.equal(parse(''), '0.0.0.0');
    assert.throws(() => parse('server'), /allowed: an IPv4 or IPv6 address/);
  });
});

describe('address', () => {
  const parse = (value: string) => parseEnv({ A: address() }, { A: value }).A;
  const taken: [value: string, host: string, port: number, tls: boolean, origin: string][] = [
    ['server:5050', 'server', 5050, false, 'http://server:5050'],
    ['10.0.0.1:80', '10.0.0.1', 80, false, 'http://10.0.0.1:80'],
    ['[::1]:5050', '[::1]', 5050, false, 'http://[::1]:5050'],
    ['https://server.run.app', 'server.run.app', 443, true, 'https://server.run.app'],
    ['https://server.run.app/', 'server.run.app', 443, true, 'https://server.run.app'],
    ['https://server.run.app:443', 'server.run.app', 443, true, 'https://server.run.app'],
    ['https://server:8443', 'server', 8443, true, 'https://server:8443'],
  ];
  for (const [value, hostName, number, tls, origin] of taken) {
    test(`reads ${value}`, () => {
      assert.deepEqual(parse(value), { host: hostName, port: number, tls, origin });
    });
  }

  const refused = [
    'server',
    'http://server:80',
    'server:0',
    'server:70000',
    'server:50/path',
    'https://server/path',
    'https://user@server',
    'https://',
    'https://server?x',
    ':5050',
    'dns:///server:5050',
    'ser ver:50',
  ];
  for (const value of refused) {
    test(`refuses ${value}`, () =>
      assert.throws(() => parse(value), /allowed: host:port .* or https/));
  }
});

test('a schema that throws a foreign error is not taken for a wrong variable', () => {
  const broken = z.string().transform(() => {
    throw new TypeError('a fault of ours');
  });
  assert.throws(() => parseEnv({ A: broken }, { A: 'x' }), TypeError);
});
