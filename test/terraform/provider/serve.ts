import { join } from 'node:path';
import {
  type handleUnaryCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Answers } from './answers.ts';
import { type Block, type ProviderName, type ProviderSchema, readSchemas } from './schema.ts';
import { createStandIn, type StandIn } from './stand-in.ts';
import { decodeValue, encodeValue, type Value } from './value.ts';

type Bytes = { msgpack: Uint8Array } | null;
/** The union of all requests' fields; each call sends those of its message. */
type Request = Readonly<{
  type_name: string;
  config: Bytes;
  prior_state: Bytes;
  proposed_new_state: Bytes;
  planned_state: Bytes;
  current_state: Bytes;
  raw_state: { json: Uint8Array } | null;
}>;

const NESTING = { single: 1, list: 2, set: 3 } as const;

function toWire(block: Block): object {
  return {
    attributes: Object.entries(block.attributes).map(([name, [type, presence]]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      required: presence === 'required',
      optional: presence.startsWith('optional'),
      computed: presence.endsWith('computed'),
    })),
    block_types: Object.entries(block.blocks).map(([type_name, nested]) => ({
      type_name,
      block: toWire(nested.block),
      nesting: NESTING[nested.nesting],
      min_items: nested.min,
      max_items: nested.max,
    })),
  };
}

function schemaMessage(schema: ProviderSchema): object {
  const all = (blocks: Readonly<Record<string, Block>>) =>
    Object.fromEntries(
      Object.entries(blocks).map(([type, block]) => [type, { block: toWire(block) }]),
    );
  return {
    provider: { block: toWire(schema.provider) },
    resource_schemas: all(schema.resources),
    data_source_schemas: all(schema.dataSources),
  };
}

const errors = (problems: readonly string[]) =>
  problems.map((summary) => ({ severity: 1, summary, detail: '' }));

/** As the real providers say it: their plans hold defaults that the configuration does not. */
const LEGACY = { legacy_type_system: true };

type Handlers = Readonly<Record<string, (request: Request) => object>>;

function createHandlers(standIn: StandIn, schema: ProviderSchema): Handlers {
  const message = schemaMessage(schema);
  return {
    GetSchema: () => message,
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    Configure: ({ config }) => {
      standIn.configure(decodeValue(config));
      return {};
    },
    ValidateResourceTypeConfig: ({ type_name, config }) => ({
      diagnostics: errors(standIn.validate('resources', type_name, decodeValue(config))),
    }),
    ValidateDataSourceConfig: ({ type_name, config }) => ({
      diagnostics: errors(standIn.validate('dataSources', type_name, decodeValue(config))),
    }),
    UpgradeResourceState: ({ type_name, raw_state }) => {
      const state: Value = raw_state ? JSON.parse(Buffer.from(raw_state.json).toString()) : null;
      return { upgraded_state: encodeValue(standIn.upgrade(type_name, state)) };
    },
    ReadResource: ({ current_state }) => ({ new_state: current_state }),
    PlanResourceChange: ({ type_name, prior_state, proposed_new_state }) => ({
      planned_state: encodeValue(
        standIn.plan(type_name, decodeValue(prior_state), decodeValue(proposed_new_state)),
      ),
      ...LEGACY,
    }),
    ApplyResourceChange: ({ type_name, planned_state }) => ({
      new_state: encodeValue(standIn.apply(type_name, decodeValue(planned_state))),
      ...LEGACY,
    }),
    ReadDataSource: ({ type_name, config }) => {
      const answer = standIn.read(type_name, decodeValue(config));
      if (typeof answer === 'object' && answer !== null && 'error' in answer) {
        return { diagnostics: errors([String(answer.error)]) };
      }
      return { state: encodeValue(answer) };
    },
    Stop: () => ({}),
  };
}

export type StandInProviders = Readonly<{
  /** Value of TF_REATTACH_PROVIDERS: terraform talks to these servers and starts no plugin. */
  reattach: string;
  close(): void;
}>;

/**
 * Serves the stand-ins of all providers on loopback. Terraform attaches to them as it does to a
 * provider under a debugger, so one process serves any number of terraform commands; started as
 * plugins, they would cost a new process three or four times a command.
 */
export async function startStandInProviders(answers?: Answers): Promise<StandInProviders> {
  const definition = loadSync(join(import.meta.dirname, 'plugin.proto'), { keepCase: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tfplugin5: { Provider: ServiceClientConstructor };
  };
  const { service } = loaded.tfplugin5.Provider;
  const servers: Server[] = [];
  const reattach: Record<string, object> = {};
  for (const [name, schema] of Object.entries(readSchemas()) as [ProviderName, ProviderSchema][]) {
    const handlers = createHandlers(createStandIn(schema, answers), schema);
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    const calls = Object.entries(handlers).map(
      ([method, handle]): [string, handleUnaryCall<Request, object>] => [
        method,
        ({ request }, callback) => {
          try {
            callback(null, handle(request));
          } catch (error) {
            callback(error instanceof Error ? error : new Error(String(error)));
          }
        },
      ],
    );
    server.addService(service, Object.fromEntries(calls));
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    servers.push(server);
    reattach[`registry.terraform.io/hashicorp/${name}`] = {
      Protocol: 'grpc',
      ProtocolVersion: 5,
      Pid: process.pid,
      // Not terraform's to stop when it is done.
      Test: true,
      Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    };
  }
  return {
    reattach: JSON.stringify(reattach),
    close: () => {
      for (const server of servers) server.forceShutdown();
    },
  };
}
