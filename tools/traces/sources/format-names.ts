/** What people call the formats. By themselves, so that help can say them without the readers. */
export const NAMES = {
  otlp: 'OTLP JSON',
  otlpProtobuf: 'OTLP protobuf',
  jaeger: 'Jaeger JSON',
  zipkin: 'Zipkin JSON (v2)',
  tempo: 'Tempo JSON',
  cloudTrace: 'Cloud Trace v1 JSON',
} as const;

/** As help and messages list them. */
export const READABLE = new Intl.ListFormat('en', { type: 'disjunction' }).format(
  Object.values(NAMES),
);

export const ALLOWED = `allowed: a file that compare --save wrote, or ${READABLE}`;
