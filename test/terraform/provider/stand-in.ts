import { isDeepStrictEqual } from 'node:util';
import {
  type Answers,
  answerDataSource,
  DEFAULT_ANSWERS,
  decidedValue,
  deriveResource,
} from './answers.ts';
import { fillDefaults } from './defaults.ts';
import type { Block, ProviderSchema } from './schema.ts';
import {
  isObject,
  mapAttributes,
  type ObjectValue,
  objectsOf,
  placeholderOf,
  UNKNOWN,
  type Value,
} from './value.ts';

/**
 * What a provider does, without a cloud: it checks what the schema says, plans what it would send
 * where the user says nothing, and plans what the service decides as unknown. It "applies" by
 * believing the plan. It asks no API, so it knows no conflicts, name patterns, quotas or permissions.
 */
export function createStandIn(schema: ProviderSchema, answers: Answers = DEFAULT_ANSWERS) {
  let provider = { project: 'unset', region: 'unset' };

  const resource = (type: string): Block => blockOf(schema.resources, type);

  return {
    configure(config: Value): void {
      if (!isObject(config)) return;
      const { project, region } = config;
      provider = { project: String(project ?? 'unset'), region: String(region ?? 'unset') };
    },

    /** Reasons why an argument's value is refused: what terraform itself cannot know. */
    validate(kind: 'resources' | 'dataSources', type: string, config: Value): string[] {
      return isObject(config) ? enumProblems(blockOf(schema[kind], type), config, type) : [];
    },

    upgrade(type: string, state: Value): Value {
      return isObject(state) ? mapAttributes(resource(type), state, (_, value) => value) : null;
    },

    plan(type: string, prior: Value, proposed: Value): Value {
      if (!isObject(proposed)) return proposed;
      const sent = fillDefaults(type, resource(type), proposed);
      if (isDeepStrictEqual(prior, sent)) return prior;
      return mapAttributes(resource(type), sent, (_, value, __, presence) =>
        value === null && presence.endsWith('computed') ? UNKNOWN : value,
      );
    },

    apply(type: string, planned: Value): Value {
      if (!isObject(planned)) return null;
      const derived = deriveResource(type, planned, provider);
      const block = resource(type);
      const filled = mapAttributes(block, planned, (name, value, valueType) =>
        value === UNKNOWN
          ? (decidedValue(type, name) ?? placeholderOf(valueType, `${type}.${name}`))
          : value,
      );
      const top = Object.keys(block.attributes).filter((name) => planned[name] === UNKNOWN);
      return {
        ...filled,
        ...Object.fromEntries(top.filter((n) => n in derived).map((n) => [n, derived[n] ?? null])),
      };
    },

    read(type: string, config: Value): Value | { error: string } {
      if (!isObject(config)) return null;
      const answer = answerDataSource(type, config, provider, answers);
      if ('error' in answer) return answer;
      return mapAttributes(blockOf(schema.dataSources, type), config, (name, value, valueType) =>
        value !== null ? value : (answer[name] ?? placeholderOf(valueType, `${type}.${name}`)),
      );
    },
  };
}

export type StandIn = ReturnType<typeof createStandIn>;

function blockOf(blocks: Readonly<Record<string, Block>>, type: string): Block {
  const block = blocks[type];
  if (block === undefined) throw new Error(`the fixture has no type ${type}`);
  return block;
}

/** The real provider checks closed lists of words itself; their documentation states them. */
function enumProblems(block: Block, value: ObjectValue, path: string): string[] {
  const own = Object.entries(block.attributes).flatMap(([name, [, , words]]) => {
    const found = value[name];
    return words === undefined || typeof found !== 'string' || words.includes(found)
      ? []
      : [`expected ${path}.${name} to be one of ${JSON.stringify(words)}, got ${found}`];
  });
  const nested = Object.entries(block.blocks).flatMap(([name, { block: inner }]) =>
    objectsOf(value[name]).flatMap((item) => enumProblems(inner, item, `${path}.${name}`)),
  );
  return [...own, ...nested];
}
