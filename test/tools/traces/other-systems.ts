import type { Span, Trace } from '../../../tools/traces/model.ts';
import { spanIdOf, traceIdOf } from './request-trace.ts';

export const FIRST_MS = Date.parse('2026-03-02T10:00:00.000Z');

/** A step of a request: what it calls one after another, each in its own time. */
type Step = Readonly<{
  service: string;
  name: string | ((random: () => number) => string);
  kind: Span['kind'];
  /** Milliseconds before and after what it calls, together. */
  ownMs: number;
  attributes?: Readonly<Record<string, string>>;
  calls?: readonly Step[];
}>;

const client = (service: string, name: string, called: Step): Step => ({
  service,
  name,
  kind: 'client',
  ownMs: 0.6,
  calls: [called],
});

const grpc = (from: string, service: string, method: string, step: Partial<Step>): Step =>
  client(from, `oteldemo.${method}`, {
    ...{ service, name: `oteldemo.${method}`, kind: 'server', ownMs: 2 },
    ...step,
  });

const query = (service: string, ownMs: number): Step => ({
  ...{ service, name: 'SELECT catalog', kind: 'client', ownMs },
  attributes: { 'db.system.name': 'postgresql', 'server.address': 'postgresql' },
});

const PRODUCTS = ['OLJCESPC7Z', '66VCHSJNUP', '1YMWWN1N4O', 'L9ECAV7KIM'];
const productOf = (random: () => number) => PRODUCTS[Math.floor(random() * PRODUCTS.length)];

/** As the services of OpenTelemetry's demo are called, of several languages. */
const CHECKOUT: Step = {
  ...{ service: 'frontend-proxy', name: 'POST /api/checkout', kind: 'server', ownMs: 0.5 },
  calls: [
    client('frontend-proxy', 'router frontend egress', {
      ...{ service: 'frontend', name: 'POST /api/checkout', kind: 'server', ownMs: 3 },
      calls: [
        grpc('frontend', 'checkout', 'CheckoutService/PlaceOrder', {
          ownMs: 4,
          calls: [
            grpc('checkout', 'cart', 'CartService/GetCart', {}),
            grpc('checkout', 'product-catalog', 'ProductCatalogService/GetProduct', {
              calls: [query('product-catalog', 3)],
            }),
            grpc('checkout', 'currency', 'CurrencyService/Convert', { ownMs: 1 }),
            grpc('checkout', 'payment', 'PaymentService/Charge', { ownMs: 6 }),
            client('checkout', 'POST', {
              ...{ service: 'shipping', name: 'POST /ship-order', kind: 'server', ownMs: 2 },
            }),
          ],
        }),
      ],
    }),
  ],
};

const PRODUCT: Step = {
  ...{ service: 'frontend-proxy', kind: 'server', ownMs: 0.5 },
  name: (random) => `GET /api/products/${1_000 + Math.floor(random() * 9_000)}`,
  calls: [
    client('frontend-proxy', 'router frontend egress', {
      ...{ service: 'frontend', kind: 'server', ownMs: 2 },
      name: (random) => `GET /api/products/${productOf(random)}`,
      attributes: { 'http.route': '/api/products/{productId}' },
      calls: [
        grpc('frontend', 'product-catalog', 'ProductCatalogService/GetProduct', {
          calls: [query('product-catalog', 3)],
        }),
        grpc('frontend', 'recommendation', 'RecommendationService/ListRecommendations', {}),
      ],
    }),
  ],
};

const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ 'frontend-proxy': 'cpp', frontend: 'nodejs', checkout: 'go', cart: 'dotnet' },
  ...{ 'product-catalog': 'go', currency: 'cpp', payment: 'nodejs', shipping: 'rust' },
  recommendation: 'python',
};

/** One service that calls nobody who has spans. */
const SINGLE: Step = {
  ...{ service: 'orders', kind: 'server', ownMs: 6 },
  name: (random) => `GET /orders/${Math.floor(random() * 1e6)}`,
  calls: [
    {
      service: 'orders',
      name: 'load order',
      kind: 'internal',
      ownMs: 2,
      calls: [query('orders', 5)],
    },
  ],
};

type Traffic = Readonly<{
  version: string;
  /** How much longer everything takes. */
  factor?: number;
  minutes?: number;
  perMinute?: number;
  firstMs?: number;
  /** Of the random numbers; equal seeds give equal requests. */
  seed?: number;
  /** Every so many requests one fails in its last step. */
  failing?: number;
  of?: 'demo' | 'single';
}>;

/** Traffic of a system that is not this one: a request now and then, minute after minute. */
export function trafficOf(traffic: Traffic): readonly Trace[] {
  const { minutes = 20, perMinute = 12, firstMs = FIRST_MS, seed = 1, of = 'demo' } = traffic;
  const random = randomNumbers(seed);
  return Array.from({ length: minutes * perMinute }, (_, index): Trace => {
    const startMs = firstMs + ((index + random() * 0.8) * 60_000) / perMinute;
    const step = of === 'single' ? SINGLE : index % 3 === 0 ? CHECKOUT : PRODUCT;
    return requestOf(step, { ...traffic, index, startMs, random });
  });
}

type Request = Traffic & Readonly<{ index: number; startMs: number; random: () => number }>;

function requestOf(top: Step, request: Request): Trace {
  const { version, factor = 1, index, startMs, random, failing = 0 } = request;
  const traceId = traceIdOf(`${version} ${request.firstMs ?? ''} ${index}`);
  const fails = failing > 0 && index % failing === failing - 1;
  const spans: Span[] = [];
  const add = (step: Step, parent: number | null, atMs: number): number => {
    const id = spans.length + 1;
    const ownMs = step.ownMs * factor * Math.exp((random() - 0.5) * 0.6);
    const place = spans.push({} as Span) - 1;
    let untilMs = atMs + ownMs / 2;
    for (const called of step.calls ?? []) untilMs = add(called, id, untilMs);
    const endMs = untilMs + ownMs / 2;
    spans[place] = {
      ...{ traceId, spanId: spanIdOf(id), startMs: onMicros(atMs), endMs: onMicros(endMs) },
      ...(parent !== null && { parentSpanId: spanIdOf(parent) }),
      name: typeof step.name === 'string' ? step.name : step.name(random),
      kind: step.kind,
      attributes: {
        ...{ 'service.name': step.service, 'service.version': version },
        'telemetry.sdk.language': LANGUAGES[step.service] ?? 'java',
        'deployment.environment.name': 'production',
        ...(parent === null && { 'app.session.id': `session-${index}` }),
        ...(fails && step.kind === 'server' && { 'http.response.status_code': '500' }),
        ...step.attributes,
      },
      status: { error: fails && step.kind === 'server' },
    };
    return endMs;
  };
  add(top, null, startMs);
  return { traceId, projectId: '', spans };
}

const onMicros = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** mulberry32: small, and good enough to be unlike a pattern. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
