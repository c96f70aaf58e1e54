import assert from 'node:assert/strict';
import { byForm, FORM } from './form.ts';
import { addRequests, NO_REQUESTS, type Requests, runLoad } from './load.ts';
import { type Held, MEASURED, readMemory, slopePerMinute } from './memory.ts';
import type { Row } from './row.ts';
import type { System } from './system.ts';

/** The smallest thing that a request could leave behind is a span, of about 1 kB. */
const MOST_BYTES_A_REQUEST = 250;
/**
 * What the slope may be by chance. Readings differ by 0.1 MB, and code that becomes hot in these ten
 * minutes is compiled. At 5 requests a second, a span that each leaves behind is 0.3 MB a minute.
 */
const CHANCE_MB_A_MINUTE = 0.2;
/** Memory outside the heap: from 150 MB, a container of 512 MiB lasts for 3 hours at this slope. */
const MOST_RESIDENT_MB_A_MINUTE = 2;

/** The last one's half is 9 spans × 100 × 900 in the store, as much as this process can hold. */
const RATES = byForm([10, 20, 40], [10, 20, 40, 80, 120, 160, 200]);
const RUN_SECONDS = byForm(2, 10);

/** Half of what the system sustains, for so long: nothing grows. */
export function soakRow({ name, seconds }: { name: string; seconds: number }): Row {
  const held: Held[] = [];
  let perSecond = 0;
  return {
    name,
    system: { env: { all: MEASURED }, storedSpans: 1_000_000 },
    load: async (system) => {
      const ramp = await sustainable(system);
      perSecond = Math.floor(ramp.perSecond / 2);
      let soaked = NO_REQUESTS;
      const endMs = performance.now() + seconds * 1_000;
      while (performance.now() < endMs) {
        soaked = addRequests(soaked, await runLoad(system, { perSecond, seconds: RUN_SECONDS }));
        held.push(...(await readMemory(system)));
      }
      const { p50Ms = 0, p99Ms = 0 } = soaked;
      const figures = [
        `sustained ${ramp.perSecond}/s${ramp.perSecond === RATES.at(-1) ? ' or more' : ''}, soaked at ${perSecond}/s for ${seconds} s`,
        `slowest run p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms`,
        ...slopes(held).map(
          ({ name: of, live, resident }) =>
            `${of} live ${live.toFixed(2)}, resident ${resident.toFixed(2)} MB/min`,
        ),
      ];
      return { ...addRequests(ramp.requests, soaked), note: figures.join('; ') };
    },
    expect: {
      // The steps of the ramp that it did not sustain.
      documented: ['dropped_maxInFlight'],
      shed: 'any',
      check() {
        if (FORM === 'quick') return;
        for (const { name: of, live, resident } of slopes(held)) {
          const most = (perSecond * 60 * MOST_BYTES_A_REQUEST) / 1_000_000 + CHANCE_MB_A_MINUTE;
          assert.ok(live <= most, `${of} keeps ${live} MB/min`);
          assert.ok(resident <= MOST_RESIDENT_MB_A_MINUTE, `${of} grows ${resident} MB/min`);
        }
      },
    },
  };
}

/** The highest rate of the ramp at which never a second's worth of requests was in flight. */
async function sustainable(system: System): Promise<{ perSecond: number; requests: Requests }> {
  let perSecond = 2;
  let requests = NO_REQUESTS;
  for (const rate of RATES) {
    const load = { perSecond: rate, seconds: byForm(1, 3), maxInFlight: rate };
    const step = await runLoad(system, load);
    requests = addRequests(requests, step);
    if (step.ok < step.asked) break;
    perSecond = rate;
  }
  return { perSecond, requests };
}

/** Of the last two thirds: what warms up is warm then. */
function slopes(held: readonly Held[]) {
  return [...Map.groupBy(held, ({ name }) => name)].map(([name, all]) => {
    const late = all.slice(Math.floor(all.length / 3));
    return {
      name,
      live: slopePerMinute(late, ({ liveMb }) => liveMb),
      resident: slopePerMinute(late, ({ residentMb }) => residentMb),
    };
  });
}
