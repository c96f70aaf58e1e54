import type { Figure, Row } from '../row.ts';
import { openTracing } from '../system/tracing.ts';

const figuresOf = (exporter: 'gcp_trace' | 'otlp'): readonly Figure[] => [
  cpuFigure(exporter, { of: 'ratio', atLeast: 0.6 }),
  {
    variant: `${exporter}: requests/s at full load, on ÷ off`,
    ours: exporter,
    other: 'off',
    metric: 'perSecond',
    unit: '/s',
    goal: null,
  },
  {
    variant: `${exporter}: p99 at full load, on ÷ off`,
    ours: exporter,
    other: 'off',
    metric: 'p99Ms',
    unit: 'ms',
    goal: { of: 'ratio', atMost: 2 },
  },
  {
    variant: `${exporter}: allocated for a request, on ÷ off`,
    ours: exporter,
    other: 'off',
    metric: 'allocatedKb',
    unit: 'kB',
    goal: null,
  },
  {
    variant: `${exporter}: requests without a complete trace`,
    ours: exporter,
    other: null,
    metric: 'lost',
    unit: '',
    goal: { of: 'worst', atMost: 0 },
  },
];

function cpuFigure(exporter: string, goal: Figure['goal']): Figure {
  return {
    variant: `${exporter}: CPU of client + server a request, off ÷ on`,
    ours: exporter,
    other: 'off',
    metric: 'cpuMs',
    unit: 'ms',
    ratio: 'other/ours',
    goal,
  };
}

export const row: Row = {
  rounds: { quick: 1, full: 11 },
  open: (options) =>
    openTracing(['off', 'no exporter', 'gcp_trace', 'otlp'], {
      ...options,
      figures: [...figuresOf('gcp_trace'), ...figuresOf('otlp'), cpuFigure('no exporter', null)],
    }),
};
