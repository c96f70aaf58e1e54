import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isLive, missingLines, readCommands } from '../../../docs/codelab/blocks.ts';
import { reasonToSkip } from '../../examples/toolchains.ts';
import { ROOT } from '../../rules/sources.ts';
import { readDocument, readLines } from '../documents.ts';
import { type Follower, startFollower } from './follower.ts';

/** Somebody who reads the codelab and types its commands, section after section. */
const FOLDER = 'docs/codelab';
const SECTIONS = readdirSync(join(ROOT, FOLDER))
  .filter((name) => /^\d\d-.*\.md$/.test(name))
  .sort();

/** What needs Google Cloud stands in docs/deploy.md too, where commands.test.ts follows it. */
const DEPLOYMENT = new Set(readLines(readDocument('docs/deploy.md').text));

describe('the codelab, followed from its first line to its last', () => {
  let follower: Follower;
  before(async () => {
    follower = await startFollower();
  });
  after(() => follower?.close());

  for (const name of SECTIONS) {
    for (const command of readCommands(readDocument(join(FOLDER, name)).text)) {
      if (DEPLOYMENT.has(command.line)) continue;
      const skip = command.line.includes('python3') && reasonToSkip('python');
      it(`${name}: ${command.line}`, { skip }, async () => {
        const typing = isLive(command.line) ? follower.typeLive : follower.type;
        const { code, output } = await typing(command.line);
        assert.equal(code, command.exitCode, output);
        for (const excerpt of command.excerpts) {
          if (excerpt.isVerdict && /^No difference seen: \S+ takes /m.test(output)) continue;
          assert.deepEqual(missingLines(excerpt.promised, output), [], output);
        }
      });
    }
  }
});
