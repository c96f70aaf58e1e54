/** Values come from outside, and most that come once never come again: past this bound it forgets all. */
const MOST_KNOWN = 10_000;

export type Texts = Readonly<{
  numberOf(text: string | null): number;
  textOf(number: number): string | null;
}>;

/** Numbers texts, so that what many records share takes four bytes in each. */
export function createTexts(): Texts {
  const texts: (string | null)[] = [null];
  const known = new Map<string, number>();
  return {
    numberOf(text) {
      if (text === null) return 0;
      const number = known.get(text);
      if (number !== undefined) return number;
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(text, texts.length);
      return texts.push(text) - 1;
    },
    textOf: (number) => texts[number] ?? null,
  };
}
