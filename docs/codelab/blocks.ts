/**
 * The sections of the codelab as programs read them. A section has commands in blocks of `sh`, one a
 * line. Behind a command, a comment names the part of its output that the next block shows:
 *
 *     <!-- output: FROM | TO -->    from the first line with FROM to the next one with TO
 *     <!-- output: FROM -->         from that line to the next empty one
 *     <!-- line: FROM -->           that line alone
 *     <!-- verdict: FROM | TO -->   the same as output, but a busy machine may see no difference
 *     <!-- exit: 1 -->              the exit code of the command, where it is not 0
 *
 * Pure: make.ts runs the commands, and the tests follow them.
 */
export type Excerpt = Readonly<{
  from: string;
  /** null: an empty line, which is not part of it. */
  to: string | null;
  isLine: boolean;
  isVerdict: boolean;
  promised: readonly string[];
}>;

export type Command = Readonly<{
  line: string;
  exitCode: number;
  excerpts: readonly Excerpt[];
}>;

/** A system that runs until Ctrl-C. It says so once it shows what there is to see. */
export const isLive = (line: string): boolean =>
  /^npx shakesapp up\b/.test(line) && !/ --once\b/.test(line);
export const LIVE_IS_READY = 'Press Ctrl-C to stop.';

/** The same command without npx, which dies of Ctrl-C whatever the program that it started then does. */
export const withoutNpx = (line: string): string =>
  `exec ${line.replace(/^npx shakesapp /, 'node tools/cli/bin.mjs ')}`;

const PART =
  /^```sh\n(?<commands>.*?)^```$|^<!-- exit: (?<exit>\d+) -->$|^<!-- (?<kind>output|line|verdict): (?<from>[^|\n]*?)(?: \| (?<to>[^\n]*?))? -->\n+```text\n(?<text>.*?)^```$/gms;

/** The commands of a section in their order. Throws for an output that no command is before. */
export function readCommands(markdown: string): readonly Command[] {
  const commands: { line: string; exitCode: number; excerpts: Excerpt[] }[] = [];
  for (const { groups = {}, 0: part } of markdown.matchAll(PART)) {
    if (groups.commands !== undefined) {
      const lines = groups.commands.split('\n').filter((line) => !/^\s*(#.*)?$/.test(line));
      commands.push(...lines.map((line) => ({ line, exitCode: 0, excerpts: [] })));
      continue;
    }
    const last = commands.at(-1);
    if (last === undefined) throw new Error(`no command is before this part: ${part}`);
    if (groups.exit !== undefined) last.exitCode = Number(groups.exit);
    else {
      const promised = (groups.text ?? '').replace(/\n$/, '').split('\n');
      const { from = '', to = null } = groups;
      const [isLine, isVerdict] = [groups.kind === 'line', groups.kind === 'verdict'];
      last.excerpts.push({ from, to, isLine, isVerdict, promised });
    }
  }
  return commands;
}

/** The part of an output that an excerpt names. Throws where it is not there. */
export function excerptOf(
  output: string,
  { from, to, isLine }: Pick<Excerpt, 'from' | 'to' | 'isLine'>,
): string[] {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line.includes(from));
  if (first === -1)
    throw new Error(`no line of the output has ${JSON.stringify(from)}:\n${output}`);
  if (isLine) return lines.slice(first, first + 1);
  const isLast = (line: string) => (to === null ? line === '' : line.includes(to));
  const length = lines.slice(first + 1).findIndex(isLast);
  if (length === -1) throw new Error(`no later line has ${JSON.stringify(to)}:\n${output}`);
  return lines.slice(first, first + 1 + length + (to === null ? 0 : 1));
}

/** The same section with each excerpt as `take` has it, in their order. */
export function fillExcerpts(markdown: string, taken: readonly (readonly string[])[]): string {
  let next = 0;
  return markdown.replaceAll(PART, (part: string) => {
    if (!/^<!-- (output|line|verdict):/.test(part)) return part;
    const lines = taken[next++] ?? [];
    return part.replace(/```text\n.*^```$/ms, () => `\`\`\`text\n${lines.join('\n')}\n\`\`\``);
  });
}

/**
 * A text without what differs from run to run: times, ids, counts above 0, how long the bars are, and
 * whether the request that is shown was the first of an instance.
 */
export function withoutFigures(line: string): string {
  return line
    .replaceAll(/[█▒]+/g, '')
    .replaceAll(/, cold start$|^ *· cold start: .*$/gm, '')
    .replaceAll(/\b([0-9a-f]{32}|[0-9a-f]{16}|\d{15,20})\b/g, 'ID')
    .replaceAll(/\b\d{2}:\d{2}:\d{2}(\.\d+)?/g, 'TIME')
    .replaceAll(/[+-]?\b\d[\d.,]*( (µs|ms|s|min)\b|s\b)/g, 'T')
    .replaceAll(/\b(requestUrl|latency|worksSource|matches)=\S+/g, '$1=…')
    .replaceAll(/\bdurationMs=\d+/g, 'durationMs=…')
    .replaceAll(/\b(?!0\b)\d[\d.,]*/g, 'N')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The promised lines that the output lacks, looked for in their order. A longer figure breaks lines elsewhere. */
export function missingLines(promised: readonly string[], output: string): readonly string[] {
  const found = ` ${withoutFigures(output)} `;
  let at = 0;
  return promised.filter((line) => {
    const wanted = withoutFigures(line);
    if (wanted === '' || wanted === '…') return false;
    const place = found.indexOf(` ${wanted} `, at);
    if (place !== -1) at = place + wanted.length;
    return place === -1;
  });
}

/** A link to a line of the code: [`a part of that line`](../../file.ts#L12). */
export type CodeLink = Readonly<{ part: string; file: string; line: number }>;

const LINK = /\[`(?<part>[^`\n]+)`\]\((?<file>[^)\s#]+)#L(?<line>\d+)\)/g;

export const readCodeLinks = (markdown: string): readonly CodeLink[] =>
  [...markdown.matchAll(LINK)].map(({ groups = {} }) => ({
    part: groups.part ?? '',
    file: groups.file ?? '',
    line: Number(groups.line),
  }));

/** The only line that has the part, counted from 1; throws where none or several have it. */
export function lineOf(code: string, { part, file }: Omit<CodeLink, 'line'>): number {
  const places = code.split('\n').flatMap((line, index) => (line.includes(part) ? index + 1 : []));
  const [place] = places;
  if (place !== undefined && places.length === 1) return place;
  throw new Error(`${places.length} lines of ${file} have ${JSON.stringify(part)}; expected 1`);
}

/** The same text with each link at the line where its part is now. */
export const relink = (markdown: string, read: (file: string) => string): string =>
  markdown.replaceAll(LINK, (_, part: string, file: string) => {
    return `[\`${part}\`](${file}#L${lineOf(read(file), { part, file })})`;
  });
