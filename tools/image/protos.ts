import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import protobuf from 'protobufjs';
import { withLateDescriptors } from './late-descriptors.ts';
import { ROOT } from './programs.ts';
import { keepMethods } from './proto-subset.ts';

/** How loadSync is called for each: by the end of the path, with keepCase or not. */
const FILES = [
  { end: 'proto/shakesapp.proto', folder: '.', keepCase: true },
  { end: 'health/v1/health.proto', folder: 'node_modules/grpc-health-check/proto', keepCase: true },
  ...['v1', 'v1alpha'].map((version) => ({
    end: `grpc/reflection/${version}/reflection.proto`,
    folder: 'node_modules/@grpc/reflection/build/proto',
    keepCase: false,
  })),
];

/** Parsed here, as the JSON that protobufjs has for a parsed file. */
function parseFiles(): readonly (readonly [end: string, json: object])[] {
  return FILES.map(({ end, folder, keepCase }) => [
    end,
    new protobuf.Root().loadSync(join(ROOT, folder, end), { keepCase }).toJSON(),
  ]);
}

/**
 * No program parses a .proto file. And of the 200 messages that the Cloud Trace exporter brings, all of
 * which it would build at its first export, those are kept that its one call needs.
 */
export const preparedProtos: Plugin = {
  name: 'prepared-protos',
  setup(build) {
    build.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path, namespace }) =>
      namespace === 'prepared-protos' ? undefined : { path, namespace: 'prepared-protos' },
    );
    build.onLoad({ filter: /.*/, namespace: 'prepared-protos' }, () => ({
      contents: `
const loader = require('@grpc/proto-loader');
const files = ${JSON.stringify(parseFiles())};
exports.fromJSON = loader.fromJSON;
exports.loadSync = (path, options) => {
  const [, json] = files.find(([end]) => path.endsWith(end)) ?? [];
  if (json === undefined) throw new Error('tools/image/protos.ts does not prepare ' + path);
  return loader.fromJSON(json, options);
};`,
      resolveDir: ROOT,
    }));
    build.onLoad({ filter: /@grpc\/proto-loader\/build\/src\/index\.js$/ }, ({ path }) => ({
      contents: withLateDescriptors(readFileSync(path, 'utf8')),
    }));
    build.onLoad({ filter: /cloud-trace-exporter\/build\/protos\/protos\.json$/ }, ({ path }) => {
      const all = JSON.parse(readFileSync(path, 'utf8'));
      const service = 'google.devtools.cloudtrace.v2.TraceService';
      return {
        contents: JSON.stringify(keepMethods(all, service, ['BatchWriteSpans'])),
        loader: 'json',
      };
    });
  },
};
