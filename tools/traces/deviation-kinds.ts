/**
 * What was met in traces that is not as it should be, and was read nevertheless. What cannot be read
 * is refused instead, with file, line and value. Kinds marked as warnings may move a figure or hide
 * a loss, so every tool says them; the others are read right, and only worth a note.
 *
 * `one` and `many` follow the count: a sentence each, because a plural changes more than a noun.
 * `advice`: what to do about it.
 */
type Words = Readonly<{ one: string; many: string }> &
  Readonly<{ warning: false } | { warning: true; advice: string }>;

export const WORDS = {
  // found by the source
  'base64-id': {
    warning: false,
    one: 'identifier is base64 instead of hexadecimal; it was decoded',
    many: 'identifiers are base64 instead of hexadecimal; they were decoded',
  },
  'old-scope-name': {
    warning: false,
    one: 'resource lists its spans as instrumentationLibrarySpans, the name before OTLP 1.0',
    many: 'resources list their spans as instrumentationLibrarySpans, the name before OTLP 1.0',
  },
  'other-signal': {
    warning: false,
    one: 'document holds metrics, logs or profiles, which were skipped',
    many: 'documents hold metrics, logs or profiles, which were skipped',
  },
  'duplicate-span': {
    warning: false,
    one: 'span was stored twice, as after a retry; it counts once',
    many: 'spans were stored twice, as after a retry; each counts once',
  },
  'shared-span': {
    warning: false,
    one: 'span id is shared by a client and its server; the server has its own here',
    many: 'span ids are shared by a client and its server each; the servers have their own here',
  },
  'unknown-process': {
    warning: true,
    one: 'span is of a process that its trace does not list; its service is not known',
    many: 'spans are of processes that their traces do not list; their services are not known',
    advice: 'Export the traces again: without their processes the spans belong to no service.',
  },
  'stored-warning': {
    warning: true,
    one: 'warning of the program that stored the traces is in the file',
    many: 'warnings of the program that stored the traces are in the file',
    advice:
      'Read what it warned of: it knows of lost parents and of clocks that it could not correct.',
  },
  'partial-answer': {
    warning: true,
    one: 'answer says that more follows or is missing, which the file does not hold',
    many: 'answers say that more follows or is missing, which the files do not hold',
    advice: 'Ask again with a narrower window or a higher limit, or save every page.',
  },
  'unknown-member': {
    warning: true,
    one: 'member has a name that the format does not have; it was skipped',
    many: 'members have names that the format does not have; they were skipped',
    advice: 'Check which exporter wrote the file: what the member holds counts nowhere.',
  },
  'dropped-by-sdk': {
    warning: true,
    one: "attribute, event or link was dropped by the program's own SDK before it exported the span",
    many: "attributes, events or links were dropped by the program's own SDK before it exported the spans",
    advice:
      "Raise the SDK's limits (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT), or record less on a span.",
  },
  'conflicting-span': {
    warning: true,
    one: 'span has the id of another span of its trace; it was left out',
    many: 'spans have the id of another span of their trace; they were left out',
    advice: 'Give every span its own id: check the id generator, and whether files were merged.',
  },
  'no-spans': {
    warning: true,
    one: 'request, resource or scope lists no spans',
    many: 'requests, resources or scopes list no spans',
    advice: 'Check which exporter wrote the file: what it had to say there is lost.',
  },
  'empty-value': {
    warning: false,
    one: 'attribute has a key and no value',
    many: 'attributes have keys and no values',
  },
  'repeated-key': {
    warning: true,
    one: 'attribute has two values under one key; the last one counts',
    many: 'attributes have two values under one key; the last one counts',
    advice: 'Set each attribute once: a span that has two values says neither for sure.',
  },
  'unnamed-span': {
    warning: true,
    one: 'span has no name',
    many: 'spans have no name',
    advice: 'Name the spans: a hop is known by its name.',
  },
  'impossible-event-time': {
    warning: false,
    one: 'event has an impossible time; it is shown at the start of its span',
    many: 'events have impossible times; each is shown at the start of its span',
  },
  'span-limit': {
    warning: true,
    one: 'trace has as many spans as the API returns at most; it may be cut off',
    many: 'traces have as many spans as the API returns at most; they may be cut off',
    advice: 'Figures of these traces may miss spans. Let one request make fewer spans.',
  },
  'implausible-date': {
    warning: true,
    one: 'span starts before the year 2000 or after 2100: its times may be in another unit',
    many: 'spans start before the year 2000 or after 2100: their times may be in another unit',
    advice:
      'Check in which unit the times were written: milliseconds, microseconds and nanoseconds are easy to mix up.',
  },
  'implausible-duration': {
    warning: true,
    one: 'span lasts longer than a day: its start or its end may be wrong',
    many: 'spans last longer than a day: their starts or their ends may be wrong',
    advice:
      'Look at what wrote these spans: start and end may be in different units, or from different clocks.',
  },
  'duplicate-trace': {
    warning: true,
    one: 'trace is in the file twice; it counts once, and another one may be missing',
    many: 'traces are in the file twice; each counts once, and others may be missing',
    advice: 'Read each file once; a file that was edited may lack other traces.',
  },
  'conflicting-trace': {
    warning: true,
    one: 'trace is in the file again, with other spans; the first one counts',
    many: 'traces are in the file again, with other spans; the first ones count',
    advice: 'Read each file once, and do not mix files of two readings.',
  },
  // found in a tree
  'impossible-time': {
    warning: true,
    one: 'span has impossible times; no figure counts its request',
    many: 'spans have impossible times; no figure counts their requests',
    advice:
      'Fix the program that wrote them: a span like these was never ended, or its clock was set back meanwhile.',
  },
  'impossible-start-delay': {
    warning: true,
    one: 'request has an impossible start delay; no latency counts it',
    many: 'requests have impossible start delays; no latency counts them',
    advice: 'Check the clock and the unit of what wrote the scheduled time and the start delay.',
  },
  'several-requests': {
    warning: true,
    one: 'request shares a trace id with other requests; it is counted as a request',
    many: 'requests share a trace id with other requests; each is counted as a request',
    advice:
      'Start every request as a trace with its own id, or others cannot tell the requests apart.',
  },
  'surplus-root': {
    warning: true,
    one: 'span has no parent, beside the root of its trace',
    many: 'spans have no parent, beside the root of their trace',
    advice:
      'Look for the call that lost the trace context: each of these spans should have a parent.',
  },
  cycle: {
    warning: true,
    one: 'span is its own ancestor; the cycle was cut there',
    many: 'spans are their own ancestors; the cycles were cut there',
    advice: 'Fix how parent ids are written: these spans are their own ancestors.',
  },
} as const satisfies Record<string, Words>;
