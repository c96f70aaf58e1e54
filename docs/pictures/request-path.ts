/** The diagram of the request path across both platforms, as an SVG for one theme of GitHub. */

const COLOURS = {
  light: {
    ...{ paper: '#ffffff', ink: '#1f2328', soft: '#59636e' },
    ...{ box: '#f6f8fa', line: '#d1d9e0', accent: '#0969da' },
  },
  dark: {
    ...{ paper: '#0d1117', ink: '#f0f6fc', soft: '#9198a1' },
    ...{ box: '#151b23', line: '#3d444d', accent: '#4493f8' },
  },
} as const;

export type Theme = keyof typeof COLOURS;

const WIDTH = 952;
const HEIGHT = 368;
const BOX = { width: 132, height: 58 } as const;
/** Left edges of the schedule, the three programs and Cloud Storage. */
const X = { schedule: 16, loadgen: 200, client: 400, server: 600, storage: 804 } as const;
/** Upper edges of the boxes of each platform, and of what reads the traces. */
const Y = { cloudRun: 46, gke: 172, reading: 294 } as const;
/** Where the spans leave the platforms. */
const SPANS_X = 168;

const text = (x: number, y: number, label: string, kind = '') =>
  `<text x="${x}" y="${y}" class="${kind}">${label}</text>`;

const box = (
  x: number,
  y: number,
  [title, below]: readonly [string, string],
  height: number = BOX.height,
) =>
  [
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${height}" rx="8" class="box"/>`,
    text(x + BOX.width / 2, y + height / 2 - 3, title, 'title'),
    text(x + BOX.width / 2, y + height / 2 + 15, below, 'soft'),
  ].join('\n');

/** From the right edge of the box at `from` to the left edge of the one at `to`. */
const arrow = (from: number, to: number, y: number, label: string) =>
  [
    `<path d="M${from + BOX.width} ${y}H${to - 7}" class="arrow" marker-end="url(#head)"/>`,
    text((from + BOX.width + to) / 2, y - 7, label, 'soft'),
  ].join('\n');

function row(
  y: number,
  labels: Readonly<{ platform: string; schedule: string; http: string }>,
): string {
  const middle = y + BOX.height / 2;
  return [
    `<rect x="184" y="${y - 34}" width="564" height="108" rx="12" class="platform"/>`,
    text(200, y - 13, labels.platform, 'platform-name'),
    box(X.schedule, y, [labels.schedule, 'POST every minute']),
    box(X.loadgen, y, ['loadgen', 'opens the trace']),
    box(X.client, y, ['client', 'HTTP service']),
    box(X.server, y, ['server', 'counts the lines']),
    arrow(X.schedule, X.loadgen, middle, ''),
    arrow(X.loadgen, X.client, middle, labels.http),
    arrow(X.client, X.server, middle, 'gRPC'),
    arrow(X.server, X.storage, middle, 'HTTPS'),
  ].join('\n');
}

const CLOUD_RUN = {
  platform: 'Cloud Run: a front end before each service replaces the parent span',
  schedule: 'Scheduler',
  http: 'HTTPS',
};
const GKE = {
  platform: 'GKE: the same images',
  schedule: 'CronJob',
  http: 'HTTP',
};
const TITLE =
  'A request goes from a schedule through loadgen, client and server to Cloud Storage, on Cloud ' +
  'Run and on GKE. All spans go to Cloud Trace, where compare reads them.';

export function renderRequestPath(theme: Theme): string {
  const colour = COLOURS[theme];
  const reading = Y.reading + BOX.height / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">
<title id="title">${TITLE}</title>
<style>
text { font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: ${colour.ink}; text-anchor: middle; }
.title { font-weight: 600; font-size: 15px; }
.soft { fill: ${colour.soft}; font-size: 12px; }
.platform-name { fill: ${colour.soft}; font-weight: 600; text-anchor: start; }
.box { fill: ${colour.box}; stroke: ${colour.line}; }
.platform { fill: none; stroke: ${colour.line}; stroke-dasharray: 4 4; }
.arrow { fill: none; stroke: ${colour.ink}; stroke-width: 1.5; }
.spans { fill: none; stroke: ${colour.accent}; stroke-width: 1.5; }
.spans-name { fill: ${colour.accent}; font-size: 12px; text-anchor: start; }
</style>
<defs>
<marker id="head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colour.ink}"/></marker>
<marker id="spans-head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colour.accent}"/></marker>
</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="${colour.paper}"/>
${row(Y.cloudRun, CLOUD_RUN)}
${row(Y.gke, GKE)}
${box(X.storage, Y.cloudRun, ['Cloud Storage', 'the works'], Y.gke + BOX.height - Y.cloudRun)}
<path d="M184 ${Y.cloudRun + 66}H${SPANS_X}V${reading}H${X.loadgen - 7}" class="spans" marker-end="url(#spans-head)"/>
<path d="M184 ${Y.gke + 66}H${SPANS_X}" class="spans"/>
${text(SPANS_X - 42, reading - 26, 'spans', 'spans-name')}
${box(X.loadgen, Y.reading, ['Cloud Trace', 'stores them'])}
${box(X.client, Y.reading, ['compare', 'pairs the runs'])}
${box(X.server, Y.reading, ['report', 'text, JSON, HTML'])}
${arrow(X.loadgen, X.client, reading, 'read')}
${arrow(X.client, X.server, reading, 'verdict')}
</svg>
`;
}
