import type { z } from 'zod';
import { LOAD_REQUEST_FIELDS } from './contract.ts';

/** One field of a body (or a header) that is wrong: the value found and what is allowed. */
export type FieldProblem = Readonly<{ field: string; value?: unknown; allowed: string }>;

/** Every wrong field of a body at once. */
export function fieldProblems(error: z.ZodError, body: unknown): readonly FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      const allowed = `no such field; known: ${LOAD_REQUEST_FIELDS.join(', ')}`;
      return issue.keys.map((field) => ({ field, value: short(fieldOf(body, field)), allowed }));
    }
    const field = issue.path.map(String).join('.');
    return field === ''
      ? [{ field: 'body', value: short(body), allowed: issue.message }]
      : [{ field, value: short(fieldOf(body, field)), allowed: issue.message }];
  });
}

function fieldOf(body: unknown, field: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.getOwnPropertyDescriptor(body, field)?.value
    : undefined;
}

/** A value small enough to be sent back. */
function short(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length <= 100 ? value : `${text.slice(0, 100)}…`;
}
