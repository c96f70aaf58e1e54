import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';

/** Bytes, and milliseconds from `podman run` to the first success of the start-up probe. */
export type Figures = {
  compressed: number;
  uncompressed: number;
  node: number;
  /** All over Node and its base, the code cache included. */
  app: number;
  cache: number;
  readyMs: { cloud_run?: number; gke?: number };
};

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const milliseconds = (value: number | undefined) =>
  value === undefined ? '–' : `${value.toFixed(0)} ms`;

/** The table of the sizes; as a Markdown table, to be copied. */
export function renderFigures(figures: Readonly<Partial<Record<ServiceName, Figures>>>): string {
  const head = [
    ...['image', 'compressed', 'uncompressed', 'of it Node', 'of it ours', 'of that code cache'],
    ...['ready as on Cloud Run', 'ready as on GKE'],
  ];
  const rows = SERVICES.flatMap((name) => {
    const figure = figures[name];
    if (!figure) return [];
    return [
      [
        name,
        megabytes(figure.compressed),
        megabytes(figure.uncompressed),
        megabytes(figure.node),
        megabytes(figure.app),
        megabytes(figure.cache),
        milliseconds(figure.readyMs.cloud_run),
        milliseconds(figure.readyMs.gke),
      ],
    ];
  });
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export const renderTimes = (times: readonly Readonly<{ id: string; seconds: number }>[]): string =>
  times.map(({ id, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${id}`).join('\n');
