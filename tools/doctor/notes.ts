import { counted } from '../cli/format.ts';
import { describeDeviation, isWarning } from '../traces/deviation.ts';
import { ownTest } from '../traces/own-programs.ts';
import { UNNAMED } from '../traces/span.ts';
import type { Evidence } from './rule.ts';

/** What is not wrong, but worth knowing: one sentence each, without its full stop. */
export function notesOf({ traces, deviations }: Evidence): readonly string[] {
  const unnamed = traces.reduce((total, trace) => {
    const isOwn = ownTest(trace);
    return total + trace.nodes.filter((one) => one.service === UNNAMED && !isOwn(one)).length;
  }, 0);
  return [
    ...deviations.filter(({ kind }) => !isWarning(kind)).map(describeDeviation),
    ...(unnamed === 0
      ? []
      : [
          `${counted(unnamed, 'span')} ${unnamed === 1 ? 'comes' : 'come'} from a program without ` +
            `service.name, here called “${UNNAMED}”. Set OTEL_SERVICE_NAME there, so that its hops ` +
            'have a name',
        ]),
  ].map((sentence) => sentence.replace(/\.$/, ''));
}
