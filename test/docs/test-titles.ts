import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../rules/sources.ts';

/** Whether this file has a test, or what stands for one in a table, with this title. */
export function hasTest(file: string, title: string): boolean {
  const path = join(ROOT, file);
  if (!existsSync(path)) return false;
  const titles = [...readFileSync(path, 'utf8').matchAll(TITLE)].map(([, , found = '']) => found);
  return titles.some((found) => toPattern(found).test(title));
}

/** Of a test, of a row of faults, or of a policy of the planned deployment. */
const TITLE = /(?:\b(?:test|it|describe)\(\s*|\bname: |^ {2}(?='[^']+': \())(['"`])(.*?)\1/gms;

/** What a title takes from a table may be anything; it must have words beside that. */
function toPattern(title: string): RegExp {
  const fixed = title.split(/\$\{[^}]*\}/);
  if (!fixed.some((text) => text.includes(' '))) return /^$/;
  return new RegExp(`^${fixed.map(toLiteral).join('.+')}$`);
}

const toLiteral = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
