import { ATTR } from '../../lib/telemetry/names.ts';
import { counted } from '../cli/format.ts';
import { type Deviation, describeDeviation, isWarning } from '../traces/deviation.ts';
import { UNNAMED } from '../traces/facts.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { ownTest } from '../traces/own-programs.ts';
import { keptProbabilityOf, shedBefore } from '../traces/shed.ts';
import { platformOf } from './rule.ts';

/** What is not wrong, but worth knowing: one sentence each, without its full stop. */
export function createNotes() {
  const shed = createShedNote();
  let unnamed = 0;
  return {
    see(requests: readonly NormalisedTrace[]): void {
      for (const request of requests) {
        unnamed += countUnnamed(request);
        shed.see(request);
      }
    },
    all: (deviations: readonly Deviation[]): readonly string[] =>
      [
        ...deviations.filter(({ kind }) => !isWarning(kind)).map(describeDeviation),
        ...shed.note(),
        ...(unnamed === 0
          ? []
          : [
              `${counted(unnamed, 'span')} ${unnamed === 1 ? 'comes' : 'come'} from a program without ` +
                `service.name, here called “${UNNAMED}”. Set OTEL_SERVICE_NAME there, so that its hops ` +
                'have a name',
            ]),
      ].map((sentence) => sentence.replace(/\.$/, '')),
  };
}

const isUnnamed = ({ service }: { service: string }): boolean => service === UNNAMED;

function countUnnamed(request: NormalisedTrace): number {
  if (!request.nodes.some(isUnnamed)) return 0;
  const isOwn = ownTest(request);
  return request.nodes.filter((one) => isUnnamed(one) && !isOwn(one)).length;
}

/** Requests without a trace are known by those of their run that have one. */
function createShedNote() {
  const shedInRun = new Map<string, number>();
  let lowest = 1;
  return {
    see(request: NormalisedTrace): void {
      const root = request.root?.span;
      lowest = Math.min(lowest, keptProbabilityOf(root));
      const shed = shedBefore(root);
      if (shed === 0) return;
      const { [ATTR.scheduledMinute]: minute, [ATTR.runId]: runId } = root?.attributes ?? {};
      const run = `${platformOf(request)} ${minute} ${runId}`;
      shedInRun.set(run, Math.max(shedInRun.get(run) ?? 0, shed));
    },
    note(): readonly string[] {
      const shed = [...shedInRun.values()].reduce((sum, ofRun) => sum + ofRun, 0);
      if (shed === 0) return [];
      return [
        `At least ${counted(shed, 'request')} ${shed === 1 ? 'was' : 'were'} shed under pressure of the ` +
          `trace backend and ${shed === 1 ? 'has' : 'have'} no trace (kept probability down to ${lowest})`,
      ];
    },
  };
}
