/** What people call the formats. By themselves, so that help can say them without the readers. */
export const NAMES = {
  otlp: 'OTLP JSON',
  otlpProtobuf: 'OTLP protobuf',
  jaeger: 'Jaeger JSON',
  zipkin: 'Zipkin JSON (v2)',
  tempo: 'Tempo JSON',
  cloudTrace: 'Cloud Trace v1 JSON',
} as const;

const all = Object.values(NAMES);

/** As help and messages list them. Not by Intl.ListFormat, which takes 15 ms to load its data. */
export const READABLE = `${all.slice(0, -1).join(', ')}, or ${all.at(-1)}`;

export const ALLOWED = `allowed: a file that compare --save wrote, or ${READABLE}`;
