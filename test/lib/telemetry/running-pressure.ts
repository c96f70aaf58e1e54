import type { TestContext } from 'node:test';
import { createPressure } from '../../../lib/telemetry/pressure.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';

/** A telemetry whose queue is so full, until the end of the test; gives the pressure it knows. */
export function runUnderPressure(t: TestContext, fill: number): () => number {
  const run = (own: number) => {
    const pressure = createPressure({ sources: [() => own] });
    const nothing = async () => {};
    setRunningTelemetry({ flush: nothing, beforeResponse: nothing, shutdown: nothing, pressure });
    return pressure.now;
  };
  t.after(() => run(0));
  return run(fill);
}
