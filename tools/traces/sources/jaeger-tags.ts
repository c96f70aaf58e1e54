import { type Labels, toLabels } from './labels.ts';
import { listOf, type Members, message, objectOf, textOf } from './members.ts';
import { type Report, unknownTo } from './trace-format.ts';
import { isNot, within } from './unreadable.ts';

const tagMessage = message('tag', 'key', 'type', 'value');
const processMessage = message('process', 'serviceName', 'tags');

/** The processes of a trace by their ids: what OTLP calls resources. */
export function processesOf(members: Members, report: Report): ReadonlyMap<string, Labels> {
  const processes = objectOf('processes', members.processes ?? {});
  return new Map(
    Object.entries(processes).map(([id, raw]) => [
      id,
      within(`processes.${id}`, () => labelsOfProcess(raw, report)),
    ]),
  );
}

export function labelsOfProcess(raw: unknown, report: Report): Labels {
  const members = processMessage(raw, unknownTo(report));
  const service = textOf(members, 'serviceName');
  return {
    ...(service !== '' && { 'service.name': service }),
    ...jaegerLabels(members, 'tags', report),
  };
}

/** A list of tags, each with a key, a type and a value of that type. */
export function jaegerLabels(members: Members, name: string, report: Report): Labels {
  const entries = listOf(members, name).map((raw, index) =>
    within(`${name}[${index}]`, () => entryOf(raw, report)),
  );
  return toLabels(entries, (key) => report('repeated-key', { value: JSON.stringify(key) }));
}

function entryOf(raw: unknown, report: Report): readonly [string, unknown] {
  const members = tagMessage(raw, unknownTo(report));
  const key = textOf(members, 'key');
  const { value } = members;
  if (value === undefined) report('empty-value', { value: JSON.stringify(key) });
  if (typeof value === 'object') throw isNot('value', value, 'text, a number, true or false');
  return [key, value ?? ''];
}
