/** What takes the place of one of the three programs: a command that a shell runs, or an address. */
export type Replacement = Command | Address;
type Command = Readonly<{ command: string }>;
type Address = Readonly<{ host: string; port: number }>;

/** It runs already, or somebody else starts it. */
export const isAddress = (replacement: Replacement | undefined): replacement is Address =>
  replacement !== undefined && 'port' in replacement;

export const renderReplacement = (replacement: Replacement): string =>
  isAddress(replacement)
    ? `${replacement.host.includes(':') ? `[${replacement.host}]` : replacement.host}:${replacement.port}`
    : replacement.command;
