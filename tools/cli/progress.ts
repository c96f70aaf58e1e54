/** A line on a terminal that is written over until it is cleared; nothing where there is none. */
export function createProgress(stream: NodeJS.WriteStream) {
  let shown = false;
  const show = (text: string): void => {
    if (!stream.isTTY) return;
    stream.write(`\r\u001b[K${text.slice(0, Math.max(20, stream.columns - 1))}`);
    shown = true;
  };
  return {
    show,
    /** Said where there is no terminal too, as a line: what a long silence means. */
    say(text: string): void {
      if (stream.isTTY) show(text);
      else stream.write(`${text}\n`);
    },
    clear(): void {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
