import type { Figure, Row } from '../row.ts';
import { openTracingStarts } from '../system/tracing.ts';

const figureOf = (exporter: string): Figure => ({
  variant: `${exporter}: peak of client + server at full load, on ÷ off`,
  ours: exporter,
  other: 'off',
  metric: 'peakMb',
  unit: 'MB',
  goal: { of: 'ratio', atMost: 1.15 },
});

export const row: Row = {
  rounds: { quick: 1, full: 5 },
  open: (options) =>
    openTracingStarts(['off', 'gcp_trace', 'otlp'], {
      ...options,
      figures: [figureOf('gcp_trace'), figureOf('otlp')],
    }),
};
