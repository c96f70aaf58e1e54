import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON, loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';

/** int64 as decimal strings, enums by name, absent messages absent. */
const OPTIONS: Options = { longs: String, enums: String, oneofs: true };

/** Of google.protobuf, what the services use; the rest describes .proto files. */
const WELL_KNOWN = [
  'Any',
  'BoolValue',
  'Duration',
  'Empty',
  'FieldMask',
  'Int32Value',
  'Int64Value',
  'Timestamp',
];

type Node = { nested?: Record<string, Node> };

/**
 * The descriptors that the client libraries ship, so that both sides agree. Without those for
 * annotations, which take longer to prepare than all the others.
 */
function loadJson(path: string): PackageDefinition {
  const file = createRequire(import.meta.url).resolve(path);
  const root: Node = JSON.parse(readFileSync(file, 'utf8'));
  const { api: _, ...google } = root.nested?.google?.nested ?? {};
  const known = Object.entries(google.protobuf?.nested ?? {});
  const nested = Object.fromEntries(known.filter(([name]) => WELL_KNOWN.includes(name)));
  return fromJSON({ nested: { google: { nested: { ...google, protobuf: { nested } } } } }, OPTIONS);
}

function service(definitions: PackageDefinition, name: string): ServiceDefinition {
  const found = definitions[name];
  if (!found || 'format' in found) throw new Error(`the descriptors hold no service ${name}`);
  return found;
}

export const loadTraceService = (): ServiceDefinition =>
  service(
    loadJson('@google-cloud/opentelemetry-cloud-trace-exporter/build/protos/protos.json'),
    'google.devtools.cloudtrace.v2.TraceService',
  );

export const loadSchedulerService = (): ServiceDefinition =>
  service(
    loadJson('@google-cloud/scheduler/build/protos/protos.json'),
    'google.cloud.scheduler.v1.CloudScheduler',
  );

export const loadOtlpService = (): ServiceDefinition =>
  service(
    loadSync(fileURLToPath(new URL('trace/otlp-trace.proto', import.meta.url)), OPTIONS),
    'shakesapp.otlp.TraceService',
  );
