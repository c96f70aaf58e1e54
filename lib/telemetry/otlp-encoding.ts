import type { SpanContext } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { knowEntries } from './known-entries.ts';
import { writeAttribute, writeAttributes, writeTime } from './otlp-values.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Fields of opentelemetry.proto.trace.v1 and what it uses. */
const REQUEST = { resourceSpans: 1 } as const;
const RESOURCE_SPANS = { resource: 1, scopeSpans: 2, schemaUrl: 3 } as const;
const RESOURCE = { attributes: 1, droppedAttributesCount: 2 } as const;
const SCOPE_SPANS = { scope: 1, spans: 2, schemaUrl: 3 } as const;
const SCOPE = { name: 1, version: 2 } as const;
const SPAN = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTime: 7,
  endTime: 8,
  attributes: 9,
  droppedAttributesCount: 10,
  events: 11,
  droppedEventsCount: 12,
  links: 13,
  droppedLinksCount: 14,
  status: 15,
  flags: 16,
} as const;
const EVENT = { time: 1, name: 2, attributes: 3, droppedAttributesCount: 4 } as const;
const LINK = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  attributes: 4,
  droppedAttributesCount: 5,
  flags: 6,
} as const;
const STATUS = { message: 2, code: 3 } as const;

/** In the flags: whether the parent is remote is known, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
/** Before a packed span: which scope it is of. */
const SCOPE_BYTES = 2;
const NO_SCOPE = Buffer.alloc(SCOPE_BYTES);

/**
 * Encodes ExportTraceServiceRequest, to the byte what OpenTelemetry's transformer makes of the same
 * spans: test/lib/telemetry/otlp-encoding.test.ts holds one against the other. The transformer goes
 * through all of a batch twice, first for the sizes.
 *
 * A span is encoded when it ends; a batch is their concatenation, under their scopes.
 */
export function createOtlpEncoder(): {
  pack(span: ReadableSpan): Buffer;
  encode(packed: readonly Buffer[], resource: Resource): Buffer;
} {
  const writer = new ProtobufWriter();
  /** One for each tracer, so they are few. */
  const scopes: InstrumentationScope[] = [];

  const attribute = knowEntries(writer, (name, value) =>
    writeAttribute(writer, SPAN.attributes, [name, value]),
  );

  function indexOf(scope: InstrumentationScope): number {
    const known = scopes.indexOf(scope);
    return known === -1 ? scopes.push(scope) - 1 : known;
  }

  function span(of: ReadableSpan): void {
    const spanContext = of.spanContext();
    const { parentSpanContext: parent } = of;
    ids(spanContext);
    if (parent?.spanId) writer.hex(SPAN.parentSpanId, parent.spanId);
    writer.text(SPAN.name, of.name);
    // OpenTelemetry's numbers begin with 0 for INTERNAL, OTLP's with 0 for "unspecified".
    writer.integer(SPAN.kind, of.kind + 1);
    writeTime(writer, SPAN.startTime, of.startTime);
    writeTime(writer, SPAN.endTime, of.endTime);
    for (const name in of.attributes) attribute(name, of.attributes[name]);
    writer.integer(SPAN.droppedAttributesCount, of.droppedAttributesCount);
    for (const event of of.events) {
      const start = writer.begin(SPAN.events);
      writeTime(writer, EVENT.time, event.time);
      writer.text(EVENT.name, event.name);
      writeAttributes(writer, EVENT.attributes, event.attributes);
      writer.integer(EVENT.droppedAttributesCount, event.droppedAttributesCount ?? 0);
      writer.end(start);
    }
    writer.integer(SPAN.droppedEventsCount, of.droppedEventsCount);
    for (const link of of.links) {
      const start = writer.begin(SPAN.links);
      ids(link.context);
      writeAttributes(writer, LINK.attributes, link.attributes);
      writer.integer(LINK.droppedAttributesCount, link.droppedAttributesCount ?? 0);
      writer.fixed32(LINK.flags, flagsOf(link.context, link.context.isRemote));
      writer.end(start);
    }
    writer.integer(SPAN.droppedLinksCount, of.droppedLinksCount);
    const status = writer.begin(SPAN.status);
    if (of.status.message) writer.text(STATUS.message, of.status.message);
    writer.integer(STATUS.code, of.status.code);
    writer.end(status);
    writer.fixed32(SPAN.flags, flagsOf(spanContext, parent?.isRemote));
  }

  /** The first three fields of a span, and of a link. */
  function ids({ traceId, spanId, traceState }: SpanContext): void {
    writer.hex(SPAN.traceId, traceId);
    writer.hex(SPAN.spanId, spanId);
    const state = traceState?.serialize();
    if (state) writer.text(SPAN.traceState, state);
  }

  function resourceOf({ attributes: its }: Resource): void {
    const start = writer.begin(RESOURCE_SPANS.resource);
    writeAttributes(writer, RESOURCE.attributes, its);
    writer.integer(RESOURCE.droppedAttributesCount, 0);
    writer.end(start);
  }

  function scopeSpans(scope: InstrumentationScope, packed: readonly Buffer[]): void {
    const start = writer.begin(RESOURCE_SPANS.scopeSpans);
    const its = writer.begin(SCOPE_SPANS.scope);
    writer.text(SCOPE.name, scope.name);
    if (scope.version) writer.text(SCOPE.version, scope.version);
    writer.end(its);
    for (const each of packed) {
      writer.header(SCOPE_SPANS.spans, each.length - SCOPE_BYTES);
      writer.raw(each, SCOPE_BYTES);
    }
    if (scope.schemaUrl) writer.text(SCOPE_SPANS.schemaUrl, scope.schemaUrl);
    writer.end(start);
  }

  return {
    pack(of) {
      writer.clear();
      writer.raw(NO_SCOPE);
      span(of);
      const packed = writer.finish();
      packed.writeUInt16LE(indexOf(of.instrumentationScope), 0);
      return packed;
    },
    encode(packed, resource) {
      writer.clear();
      const start = writer.begin(REQUEST.resourceSpans);
      resourceOf(resource);
      const groups = Map.groupBy(packed, (each) => each.readUInt16LE(0));
      for (const [index, members] of groups) {
        const scope = scopes[index];
        if (scope !== undefined) scopeSpans(scope, members);
      }
      if (resource.schemaUrl) writer.text(RESOURCE_SPANS.schemaUrl, resource.schemaUrl);
      writer.end(start);
      return writer.finish();
    },
  };
}

function flagsOf({ traceFlags }: SpanContext, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0);
}
