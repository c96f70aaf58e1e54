import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** Flags as a person types them into a shell, in the command's order; none that has its default. */
export function writeFlags(
  command: CommandUnknownOpts,
  flags: Readonly<Record<string, unknown>>,
): readonly string[] {
  return command.options.flatMap((option) => {
    const { long, negate, optional, defaultValue } = option;
    const value = flags[option.attributeName()];
    if (long == null || value === undefined || value === defaultValue) return [];
    if (negate) return value === false ? [long] : [];
    if (value === true) return [long];
    const values = (Array.isArray(value) ? value : [value]).map((each) => quote(String(each)));
    return values.flatMap((each) => (optional ? [`${long}=${each}`] : [long, each]));
  });
}

/** For a POSIX shell. */
const quote = (text: string): string =>
  /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
