/**
 * Google's authentication looks for a metadata server where it finds no credentials, and prints a
 * warning of Node.js if it finds none: "MetadataLookupWarning". The command itself says what is missing
 * and how to fix it.
 */
export function muteMetadataWarning(): void {
  const emit = process.emitWarning.bind(process);
  const emitOthers = (warning: string | Error, ...rest: unknown[]): void => {
    if (rest[0] !== 'MetadataLookupWarning') Reflect.apply(emit, process, [warning, ...rest]);
  };
  process.emitWarning = emitOthers;
}
