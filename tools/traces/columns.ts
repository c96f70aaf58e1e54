type Column<T> = Readonly<{
  add(value: number): void;
  at(place: number): number;
  set(place: number, value: number): void;
  length(): number;
  all(): T;
}>;

/** Numbers that are added one after another, in a typed array that grows by half. */
export function createColumn<T extends Float64Array | Uint32Array>(
  create: (length: number) => T,
): Column<T> {
  let values = create(1_024);
  let length = 0;
  return {
    add(value) {
      if (length === values.length) {
        const larger = create(Math.ceil(length * 1.5));
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    at: (place) => values[place] as number,
    set(place, value) {
      values[place] = value;
    },
    length: () => length,
    all: () => values.subarray(0, length) as T,
  };
}

export const doubles = (length: number) => new Float64Array(length);
export const integers = (length: number) => new Uint32Array(length);
