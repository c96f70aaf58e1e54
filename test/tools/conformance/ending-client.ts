import { RIGHT_CLIENT, startExampleClient } from './example-client.ts';
import { type ExampleSpan, storeSpans } from './example-spans.ts';

/** A client that keeps its spans until its end, and ends at SIGTERM in the way of its first argument. */
const WAYS: Readonly<Record<string, () => Promise<void> | void>> = {
  right: async () => {
    await finish();
    await store();
    process.exit(0);
  },
  'does not handle it': () => process.exit(143),
  'goes on': () => {},
  'fails at its end': async () => {
    await finish();
    await store();
    process.exit(3);
  },
  'loses its spans': async () => {
    await finish();
    process.exit(0);
  },
  'drops what it has begun': async () => {
    await store();
    process.exit(0);
  },
};

const held: ExampleSpan[] = [];
const env = process.env as Record<string, string>;
const finish = () => client.finish();
const store = () => storeSpans(env, 'client', held);

const [, , way = ''] = process.argv;
process.once('SIGTERM', () => void WAYS[way]?.());
const client = await startExampleClient(
  () => env,
  {
    ...RIGHT_CLIENT,
    store: async (_env, _service, spans) => {
      held.push(...spans);
    },
  },
  Number(env.PORT),
);
