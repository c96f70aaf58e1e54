/** How a command line of the documents is held to be right. */
export type Kind =
  /** Run by the real npm: to its end, or as far as it gets without Google's credentials. */
  | 'npm'
  /** Run by the real terraform, against the stand-in providers and a local bucket for its state. */
  | 'terraform'
  /** Run by the real gcloud, against a local Cloud Build. */
  | 'build'
  /** Read by the real gcloud's own parser: what it does then needs a browser, or Google. */
  | 'gcloud'
  /** Run by the real kubectl, against a local API server. */
  | 'kubectl'
  /** Run by the shell. */
  | 'shell';

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^(npm|npx) /, 'npm'],
  [/^terraform /, 'terraform'],
  [/^gcloud builds submit /, 'build'],
  [/^gcloud /, 'gcloud'],
  [/^kubectl /, 'kubectl'],
  [/^(printf|for) /, 'shell'],
];

export type Command = Readonly<{ text: string; kind: Kind }>;

/** Throws for a command that nothing holds. */
export function classify(text: string): Command {
  const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1];
  if (kind === undefined) {
    throw new Error(`no test holds this command: ${text} (test/docs/followed/classify.ts)`);
  }
  return { text, kind };
}
