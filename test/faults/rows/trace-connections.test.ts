import type { LinkFault } from '../fault-proxy.ts';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { assertFewConnections, TRACE_BACKENDS } from '../trace-backends.ts';

const CONNECTIONS: readonly Readonly<{ what: string; fault: LinkFault }>[] = [
  { what: 'refuses connections', fault: 'refuse' },
  { what: 'accepts and stays silent', fault: 'silent' },
  { what: 'resets connections', fault: 'reset' },
  { what: 'drops connections that are open, and tells nobody', fault: 'half-open' },
  { what: 'answers 100 bytes a second', fault: { drip: 100 } },
  { what: 'cuts each connection after 2,000 bytes', fault: { cut: 2_000 } },
];

/** In the quick form, silence.test.ts is silent, and trace-answers.test.ts has the rows of OTLP. */
const QUICK: readonly string[] = ['trace refuse', 'trace half-open'];

for (const { name, link, settings } of TRACE_BACKENDS) {
  for (const { what, fault } of CONNECTIONS) {
    faultRow({
      name: `${name} ${what}, and nothing is lost`,
      form: quickIf(QUICK.includes(`${link} ${fault}`)),
      // An attempt that is given up while the fault lasts, so that the row sees what follows.
      system: { settings, env: { all: { OTEL_BSP_EXPORT_TIMEOUT: byForm('1000', '5000') } } },
      load: { perSecond: byForm(10, 30), seconds: byForm(6, 30) },
      fault: {
        afterSeconds: 1,
        forSeconds: byForm(3, 20),
        start: ({ links }) => links[link].set(fault),
        stop: ({ links }) => links[link].set('pass'),
      },
      expect: { check: (result) => assertFewConnections(result, link) },
    });
  }
}
