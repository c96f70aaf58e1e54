import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A terraform type constraint in its JSON form: "string", ["list", "string"], ["object", {…}]. */
export type TypeConstraint =
  | string
  | readonly ['list' | 'set' | 'map', TypeConstraint]
  | readonly ['object', Readonly<Record<string, TypeConstraint>>];

export type Presence = 'required' | 'optional' | 'optional+computed' | 'computed';

/** `words`: the only values allowed, where the documentation lists them. */
export type Attribute = readonly [
  type: TypeConstraint,
  presence: Presence,
  words?: readonly string[],
];

/** A block of a schema, as the fixture keeps it. */
export type Block = Readonly<{
  attributes: Readonly<Record<string, Attribute>>;
  blocks: Readonly<Record<string, NestedBlock>>;
}>;

/** `max` 0 means without bound. */
export type NestedBlock = Readonly<{
  nesting: 'single' | 'list' | 'set';
  min: number;
  max: number;
  block: Block;
}>;

export type ProviderSchema = Readonly<{
  /** Version of the real provider that the schema was taken from. */
  version: string;
  provider: Block;
  resources: Readonly<Record<string, Block>>;
  dataSources: Readonly<Record<string, Block>>;
}>;

export type ProviderName = 'google' | 'kubernetes';

export const SCHEMA_FILE = join(
  import.meta.dirname,
  '../../fixtures/terraform/provider-schema.json',
);

/** The real providers' schema of the types in use; made by generate-schema.ts. */
export function readSchemas(): Readonly<Record<ProviderName, ProviderSchema>> {
  return JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));
}
