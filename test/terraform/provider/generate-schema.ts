/**
 * Rebuilds the schema of terraform's providers from the bindings that were generated from it, and
 * writes the types in use to test/fixtures/terraform/provider-schema.json. CDK Terrain publishes
 * bindings for each release, as a tarball in a Python package. They take hundreds of MB, so they are
 * no dependency of the project. These two hold google 7.45.0 and kubernetes 3.2.1:
 *
 *   mkdir -p /tmp/bindings && cd /tmp/bindings
 *   pip download --no-deps cdktn-provider-google==20.2.0 cdktn-provider-kubernetes==17.0.0
 *   for name in google kubernetes; do
 *     mkdir -p "provider-$name"
 *     unzip -p cdktn_provider_$name-*.whl '*.jsii.tgz' | tar xz -C "provider-$name" --strip-components=1
 *   done
 *   cd - && node test/terraform/provider/generate-schema.ts /tmp/bindings
 *
 * A type that a root newly uses is added to TYPES below. What the bindings do not carry is lost
 * here too: sensitive marks, deprecations, validators, conflicts; and defaults, see defaults.ts.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Attribute,
  type Block,
  type NestedBlock,
  type Presence,
  type ProviderName,
  SCHEMA_FILE,
  type TypeConstraint,
} from './schema.ts';

const TYPES: Record<ProviderName, { resources: string[]; dataSources: string[] }> = {
  google: {
    resources: [
      'artifact_registry_repository',
      'artifact_registry_repository_iam_member',
      'cloud_run_v2_service',
      'cloud_run_v2_service_iam_binding',
      'cloud_scheduler_job',
      'compute_network',
      'compute_subnetwork',
      'container_cluster',
      'project_iam_member',
      'project_service',
      'service_account',
      'service_account_iam_member',
      'storage_bucket',
      'storage_bucket_iam_member',
      // In no root: the mutations must be caught by a policy, not for being an unknown type.
      'cloud_run_v2_service_iam_member',
      'project_iam_binding',
      'service_account_key',
    ],
    dataSources: [
      'artifact_registry_docker_image',
      'client_config',
      'container_cluster',
      'project',
    ],
  },
  kubernetes: {
    resources: [
      'cron_job_v1',
      'deployment_v1',
      'namespace_v1',
      'network_policy_v1',
      'resource_quota_v1',
      'service_account_v1',
      'service_v1',
    ],
    dataSources: [],
  },
};

const CLASS =
  /^export class (\w+) extends cdktn\.(ComplexObject|TerraformResource|TerraformDataSource|TerraformProvider)\b/m;
const ATTRIBUTE =
  /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n([\s\S]*?)(?=^ {2}\/\/ \w+ - computed:|^ {2}\/\/ =+$|(?![\s\S]))/gm;

type Classes = ReadonlyMap<string, string>;

/** The TypeScript of one binding, out of the source maps of its files, cut into its classes. */
function readClasses(folder: string): Classes {
  const files = globSync('{index.js,index-structs/**/*.js}', { cwd: folder });
  if (files.length === 0) throw new Error(`${folder} holds no binding`);
  const classes = new Map<string, string>();
  for (const file of files) {
    const script = readFileSync(join(folder, file), 'utf8');
    const map = Buffer.from(script.slice(script.lastIndexOf('base64,') + 7), 'base64');
    if (!map.toString().startsWith('{')) continue;
    const source: string = JSON.parse(map.toString()).sourcesContent[0];
    for (const part of source.split(/^(?=export (?:class|function|interface) )/m)) {
      const name =
        CLASS.exec(part)?.[1] ??
        /^export (?:function|interface) (\w+ToHclTerraform|\w+)\b/.exec(part)?.[1];
      if (name !== undefined) classes.set(name, part);
    }
  }
  return classes;
}

/** How the binding writes each argument to HCL: tells blocks from attributes and sets from lists. */
function hclOf(classes: Classes, className: string, body: string): ReadonlyMap<string, string> {
  const struct = className.replace(/OutputReference$/, '');
  const own = classes.get(`${struct.charAt(0).toLowerCase()}${struct.slice(1)}ToHclTerraform`);
  const hcl = own ?? body.slice(body.indexOf('synthesizeHclAttributes'));
  const entries = hcl.matchAll(
    /^ +(\w+): \{\n +value: .*\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)"/gm,
  );
  return new Map([...entries].map(([, name, block, type]) => [name ?? '', `${block} ${type}`]));
}

function presenceOf(computed: string, optional: string, required: string): Presence {
  if (required === 'true') return 'required';
  if (optional === 'false') return 'computed';
  return computed === 'true' ? 'optional+computed' : 'optional';
}

function parseBlock(classes: Classes, className: string): Block {
  const body = classes.get(className);
  if (body === undefined) throw new Error(`no class ${className} in the binding`);
  const hcl = hclOf(classes, className, body);
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const [, name, computed, optional, required, code] of body.matchAll(ATTRIBUTE)) {
    if (!name || !computed || !optional || !required || code === undefined) continue;
    const presence = presenceOf(computed, optional, required);
    const nested = /= new (\w+?)(OutputReference|List)\(this, "\w+"(?:, (true|false))?\)/.exec(
      code,
    );
    const [isBlock, kind] = (hcl.get(name) ?? 'false simple').split(' ');
    if (nested === null) {
      const struct = /private _\w+\?: (\w+)(\[\])?(?: \||;)/.exec(code)?.[1];
      if (isBlock === 'true' && struct !== undefined && classes.has(`${struct}OutputReference`)) {
        blocks[name] = nestedBlock(classes, struct, 'list', 1, presence);
      } else if (isBlock !== 'true') {
        const words = wordsOf(classes, className, name);
        const type = attributeType(className, name, code);
        attributes[name] = words ? [type, presence, words] : [type, presence];
      }
      continue;
    }
    const [, struct = '', form, wrapsSet] = nested;
    if (presence === 'computed') {
      const element = objectType(parseBlock(classes, `${struct}OutputReference`));
      attributes[name] = [[wrapsSet === 'true' ? 'set' : 'list', element], presence];
      continue;
    }
    const nesting =
      kind === 'struct' ? 'single' : kind === 'set' || wrapsSet === 'true' ? 'set' : 'list';
    const max = nesting === 'single' || form === 'List' ? 0 : 1;
    blocks[name] = nestedBlock(classes, struct, nesting, max, presence);
  }
  return { attributes, blocks };
}

/** The closed list of words in an argument's documentation, which the real provider checks. */
function wordsOf(classes: Classes, className: string, name: string): string[] | undefined {
  const struct = className.replace(/OutputReference$/, '');
  const interfaces = [classes.get(struct), classes.get(`${struct}Config`)];
  for (const source of interfaces) {
    const comments = source?.startsWith('export interface') ? source.split('/**').slice(1) : [];
    const comment = comments.find((text) => text.includes(`#${name} `));
    const list = /Possible values: (\["[^\]]*"\])/.exec(
      comment?.replaceAll(/\n\s*\* /g, ' ') ?? '',
    )?.[1];
    if (list !== undefined) return JSON.parse(list);
  }
  return undefined;
}

function nestedBlock(
  classes: Classes,
  struct: string,
  nesting: NestedBlock['nesting'],
  max: number,
  presence: Presence,
): NestedBlock {
  const min = presence === 'required' ? 1 : 0;
  return { nesting, min, max, block: parseBlock(classes, `${struct}OutputReference`) };
}

function attributeType(className: string, name: string, code: string): TypeConstraint {
  const collection = code.includes('cdktn.Fn.tolist(') ? 'set' : 'list';
  const map = /= new cdktn\.(String|Number|Boolean)Map\(/.exec(code)?.[1];
  if (map !== undefined) return ['map', primitive(map)];
  const getter = /this\.get(\w+?)Attribute\(/.exec(code)?.[1];
  switch (getter) {
    case 'String':
    case 'Number':
    case 'Boolean':
      return primitive(getter);
    case 'StringMap':
    case 'BooleanMap':
    case 'NumberMap':
      return ['map', primitive(getter.slice(0, -3))];
    case 'List':
      return [collection, 'string'];
    case 'NumberList':
      return [collection, 'number'];
  }
  // A provider's arguments have no typed getters; their fields tell.
  const field = /private _\w+\?: ([^;]+?)(?: \| cdktn\.IResolvable)?(?: \| undefined)?;/.exec(
    code,
  )?.[1];
  switch (field) {
    case 'string':
    case 'number':
      return field;
    case 'boolean':
      return 'bool';
    case 'string[]':
      return ['list', 'string'];
    case '{ [key: string]: string }':
      return ['map', 'string'];
  }
  throw new Error(`${className}.${name}: no type found in\n${code}`);
}

function primitive(word: string): string {
  return word === 'Boolean' ? 'bool' : word.toLowerCase();
}

function objectType({ attributes, blocks }: Block): TypeConstraint {
  const fields: Record<string, TypeConstraint> = {};
  for (const [name, [type]] of Object.entries(attributes)) fields[name] = type;
  for (const [name, { nesting, block }] of Object.entries(blocks)) {
    fields[name] = [nesting === 'set' ? 'set' : 'list', objectType(block)];
  }
  return ['object', fields];
}

const pascal = (snake: string) => snake.replace(/(?:^|_)(\w)/g, (_, first) => first.toUpperCase());

/** The bindings' class names: letters after a digit are capital too (service_v1 → ServiceV1). */
function generate(root: string, name: ProviderName) {
  const library = join(root, `provider-${name}`, 'lib');
  const read = (folder: string, className: string) => {
    const classes = readClasses(join(library, folder));
    return parseBlock(classes, className);
  };
  const readAll = (types: string[], prefix: '' | 'data_') =>
    Object.fromEntries(
      types.sort().map((type) => {
        const folder = `${prefix && `data-${name}-`}${type.replaceAll('_', '-')}`;
        return [`${name}_${type}`, read(folder, pascal(prefix ? `data_${name}_${type}` : type))];
      }),
    );
  const declarations = readFileSync(join(library, 'provider/index.d.ts'), 'utf8');
  const version = /providers\/hashicorp\/\w+\/(\d[\d.]*)\//.exec(declarations)?.[1];
  if (version === undefined) throw new Error(`${library} does not say its provider's version`);
  return {
    version,
    provider: read('provider', `${pascal(name)}Provider`),
    resources: readAll(TYPES[name].resources, ''),
    dataSources: readAll(TYPES[name].dataSources, 'data_'),
  };
}

/** One line for each type, so that a change of one shows as a change of one line. */
function render(schemas: Record<string, ReturnType<typeof generate>>): string {
  const lines = (types: Record<string, Block>) =>
    Object.entries(types)
      .map(([type, block]) => `      ${JSON.stringify(type)}: ${JSON.stringify(block)}`)
      .join(',\n');
  const providers = Object.entries(schemas).map(
    ([name, schema]) => `  ${JSON.stringify(name)}: {
    "version": ${JSON.stringify(schema.version)},
    "provider": ${JSON.stringify(schema.provider)},
    "resources": {
${lines(schema.resources)}
    },
    "dataSources": {
${lines(schema.dataSources)}
    }
  }`,
  );
  return `{\n${providers.join(',\n')}\n}\n`;
}

const root = process.argv[2];
if (root === undefined) {
  process.stderr.write('usage: node generate-schema.ts <folder of the bindings>\n');
  process.exit(2);
}
writeFileSync(
  SCHEMA_FILE,
  render({ google: generate(root, 'google'), kubernetes: generate(root, 'kubernetes') }),
);
