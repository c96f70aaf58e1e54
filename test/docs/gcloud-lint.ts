import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../images/run-command.ts';

const answerSchema = z.array(
  z.object({
    command_string: z.string(),
    success: z.boolean(),
    error_message: z.string().nullable(),
  }),
);

/** What the real gcloud's own parser has against these command lines; it runs none of them. */
export async function lintGcloud(commands: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-lint-'));
  try {
    const file = join(folder, 'commands.json');
    const list = commands.map((command_string) => ({ command_string }));
    await writeFile(file, JSON.stringify(list));
    const args = ['meta', 'lint-gcloud-commands', `--commands-file=${file}`];
    const { stdout } = await runCommand('gcloud', args, {
      env: { PATH: process.env.PATH, HOME: folder, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
    });
    const answers = answerSchema.parse(JSON.parse(stdout));
    if (answers.length !== commands.length) throw new Error(`${answers.length} answers`);
    return answers
      .filter(({ success }) => !success)
      .map(({ command_string, error_message }) => `${command_string}: ${error_message}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
