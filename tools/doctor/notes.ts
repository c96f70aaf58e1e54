import { ATTR } from '../../lib/telemetry/names.ts';
import { counted } from '../cli/format.ts';
import { describeDeviation, isWarning } from '../traces/deviation.ts';
import { UNNAMED } from '../traces/facts.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { ownTest } from '../traces/own-programs.ts';
import { keptProbabilityOf, shedBefore } from '../traces/shed.ts';
import { type Evidence, platformOf } from './rule.ts';

/** What is not wrong, but worth knowing: one sentence each, without its full stop. */
export function notesOf({ traces, deviations }: Evidence): readonly string[] {
  const unnamed = traces.reduce((total, trace) => {
    const isOwn = ownTest(trace);
    return total + trace.nodes.filter((one) => one.service === UNNAMED && !isOwn(one)).length;
  }, 0);
  return [
    ...deviations.filter(({ kind }) => !isWarning(kind)).map(describeDeviation),
    ...shedNote(traces),
    ...(unnamed === 0
      ? []
      : [
          `${counted(unnamed, 'span')} ${unnamed === 1 ? 'comes' : 'come'} from a program without ` +
            `service.name, here called “${UNNAMED}”. Set OTEL_SERVICE_NAME there, so that its hops ` +
            'have a name',
        ]),
  ].map((sentence) => sentence.replace(/\.$/, ''));
}

/** Requests without a trace are known by those of their run that have one. */
function shedNote(traces: readonly NormalisedTrace[]): readonly string[] {
  const shedInRun = new Map<string, number>();
  let lowest = 1;
  for (const trace of traces) {
    const root = trace.root?.span;
    const run = `${platformOf(trace)} ${root?.attributes[ATTR.scheduledMinute]} ${root?.attributes[ATTR.runId]}`;
    shedInRun.set(run, Math.max(shedInRun.get(run) ?? 0, shedBefore(root)));
    lowest = Math.min(lowest, keptProbabilityOf(root));
  }
  const shed = [...shedInRun.values()].reduce((sum, ofRun) => sum + ofRun, 0);
  if (shed === 0) return [];
  return [
    `At least ${counted(shed, 'request')} ${shed === 1 ? 'was' : 'were'} shed under pressure of the ` +
      `trace backend and ${shed === 1 ? 'has' : 'have'} no trace (kept probability down to ${lowest})`,
  ];
}
