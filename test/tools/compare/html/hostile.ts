import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import type { Drawn } from '../../../../tools/compare/result/drawing.ts';
import { sampleComparison } from './sample-comparison.ts';

/** Texts that a span may hold and that must reach the page as text. */
export const HOSTILE = {
  script: '<script>globalThis.hacked = true; alert(1)</script>',
  closing: '</title></style></script><img src=x onerror="globalThis.hacked = true">',
  quotes: `" onmouseover="globalThis.hacked=true" x='\`\${globalThis.hacked=true}`,
  rightToLeft: 'safe\u202etxet detrever\u2066 \u05d0\u05d1',
  long: `${'0123456789abcdef'.repeat(640)}/end`,
  control: 'nul\u0000 escape\u001b[31m lone \ud800 bom \ufffe',
  comment: '<!-- --!> ]]> &lt;b&gt; &amp;',
} as const;

const names = Object.values(HOSTILE);
const nameAt = (index: number): string => names[index % names.length] ?? '';

function poison(trace: Drawn | null): Drawn | null {
  if (trace === null) return null;
  return {
    ...trace,
    traceId: HOSTILE.quotes,
    consoleUrl: `javascript:globalThis.hacked=true//${HOSTILE.quotes}`,
    spans: trace.spans.map((span, index) => ({
      ...span,
      name: nameAt(index),
      service: nameAt(index + 1),
      path: `${span.path} > ${nameAt(index)}`,
      error: { type: nameAt(index + 2), message: nameAt(index + 3) },
      attributes: Object.fromEntries(names.map((name, at) => [name, nameAt(at + 1)])),
      events: [{ name: nameAt(index), offsetMs: 1, attributes: { [nameAt(index)]: nameAt(0) } }],
    })),
  };
}

/** The sample with hostile text in every place that a trace or a user fills. */
export function hostileComparison(): Comparison {
  const sample = sampleComparison();
  const both = ({ median, p95 }: Comparison['exemplars']['a']) => ({
    median: poison(median),
    p95: poison(p95),
  });
  const summary = (side: 'a' | 'b') => ({
    ...sample.cohorts[side],
    label: nameAt(side === 'a' ? 0 : 1),
    filter: nameAt(2),
  });
  return {
    ...sample,
    source: { ...sample.source, name: HOSTILE.script },
    configuration: names.map((name, index) => ({ key: name, a: nameAt(index + 1), b: name })),
    cohorts: { a: summary('a'), b: summary('b') },
    overall: { ...sample.overall, reason: HOSTILE.script, method: HOSTILE.quotes },
    hops: sample.hops.map((hop, index) => ({
      ...hop,
      name: nameAt(index),
      service: nameAt(index + 1),
      path: `${hop.path} > ${nameAt(index)}`,
    })),
    exemplars: { a: both(sample.exemplars.a), b: both(sample.exemplars.b) },
    coldExemplars: { a: both(sample.coldExemplars.a), b: both(sample.coldExemplars.b) },
    recent: sample.recent.map((trace, index) => ({
      ...trace,
      traceId: nameAt(index),
      query: nameAt(index + 1),
      operation: nameAt(index + 2),
      error: nameAt(index + 2),
      consoleUrl: 'javascript:globalThis.hacked=true',
    })),
    warnings: names.map((name) => ({ id: 'errors' as const, finding: name, advice: name })),
    methods: names,
  };
}
