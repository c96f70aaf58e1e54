import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copiedFiles } from '../../../tools/bench/image-files.ts';
import { ROOT } from '../../rules/sources.ts';

const DOCKERFILE = `FROM node AS built
RUN node tools/image/build.ts /app

FROM base AS program
COPY --from=built /usr/local/bin/node /usr/local/bin/node
COPY --from=built /app/package.json /app/LICENSE ./
COPY --from=built /app/node_modules node_modules

FROM program AS client
COPY --from=built /app/client client

FROM program AS server
COPY --from=built /app/server server
`;

test('an image holds what its two stages copy, without Node', () => {
  const paths = ['package.json', 'LICENSE', 'node_modules', 'client'];
  assert.deepEqual(copiedFiles(DOCKERFILE, 'client'), paths);
  assert.throws(() => copiedFiles(DOCKERFILE, 'loadgen'), /no stages program and loadgen/);
});

test('what the Dockerfile copies of a stage that is not known is an error, not nothing', () => {
  const other = DOCKERFILE.replace('--from=built /app/client', '--from=sources /app/client');
  assert.throws(() => copiedFiles(other, 'client'), /stage sources .* not known/);
});

for (const program of ['loadgen', 'client', 'server']) {
  test(`the Dockerfile copies the files of ${program} and those of all programs`, () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    assert.deepEqual(copiedFiles(dockerfile, program), [
      ...['package.json', 'LICENSE', 'THIRD_PARTY_LICENSES.md', 'node_modules'],
      program,
    ]);
  });
}
