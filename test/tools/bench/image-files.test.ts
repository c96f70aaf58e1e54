import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copiedFiles, imageBytes, removals } from '../../../tools/bench/image-files.ts';
import { ROOT } from '../../rules/sources.ts';

const DOCKERFILE = `FROM node AS dependencies
RUN npm ci --omit=dev \\
 && find node_modules -name '*.map' -delete \\
 && find node_modules -empty

FROM base AS program
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources /app/package.json /app/LICENSE ./

FROM program AS client
COPY --from=sources /app/services/client services/client

FROM program AS server
COPY --from=sources /app/services/server services/server
`;

test('an image holds what its two stages copy, without Node', () => {
  const paths = copiedFiles(DOCKERFILE, 'client').map(({ stage, path }) => `${stage}: ${path}`);
  assert.deepEqual(paths, [
    'dependencies: node_modules',
    'sources: package.json',
    'sources: LICENSE',
    'sources: services/client',
  ]);
  assert.throws(() => copiedFiles(DOCKERFILE, 'loadgen'), /no stages program and loadgen/);
});

test('what is removed are all commands after npm ci', () => {
  assert.match(removals(DOCKERFILE), /^find node_modules -name .* -delete \\\n && find .* -empty$/);
  assert.throws(() => removals('RUN npm ci\n\nFROM base'), /removes nothing/);
});

test('bytes of a stage that is not known are an error, not nothing', () => {
  const from = { root: ROOT, packages: ROOT };
  const { length } = readFileSync(join(ROOT, 'LICENSE'));
  assert.equal(imageBytes([{ stage: 'sources', path: 'LICENSE' }], from), length);
  assert.throws(
    () => imageBytes([{ stage: 'built', path: 'x' }], from),
    /stage built .* not known/,
  );
});
