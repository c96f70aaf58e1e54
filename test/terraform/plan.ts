/** The parts of `terraform show -json` that the tests read. */

// biome-ignore lint/suspicious/noExplicitAny: a plan's values have the shape of some provider's schema
export type Values = Readonly<Record<string, any>>;

export type Resource = Readonly<{
  /** With its root in front, such as 'serverless:module.server[0].google_…'. */
  address: string;
  type: string;
  values: Values;
  /**
   * What the configuration says that it waits for, beside what it refers to; in a module also
   * what its module waits for.
   */
  dependsOn: readonly string[];
}>;

type Module = Readonly<{
  resources?: readonly (Resource & { mode: 'managed' | 'data' })[];
  child_modules?: readonly Module[];
}>;

type ConfiguredModule = Readonly<{
  resources?: readonly { address: string; depends_on?: readonly string[] }[];
  module_calls?: Readonly<
    Record<string, { depends_on?: readonly string[]; module: ConfiguredModule }>
  >;
}>;

export type Plan = Readonly<{
  planned_values: Readonly<{
    outputs: Readonly<Record<string, { value?: unknown }>>;
    root_module: Module;
  }>;
  configuration: Readonly<{ root_module: ConfiguredModule }>;
  checks?: readonly {
    address: { to_display: string };
    status: 'pass' | 'fail' | 'error' | 'unknown';
    instances?: readonly { problems?: readonly { message: string }[] }[];
  }[];
}>;

/** Address without indices → what it waits for. */
function waitsOf(
  module: ConfiguredModule,
  prefix = '',
  inherited: readonly string[] = [],
): (readonly [string, readonly string[]])[] {
  return [
    ...(module.resources ?? []).map(
      ({ address, depends_on }) =>
        [`${prefix}${address}`, [...inherited, ...(depends_on ?? [])]] as const,
    ),
    ...Object.entries(module.module_calls ?? {}).flatMap(([name, call]) =>
      waitsOf(call.module, `${prefix}module.${name}.`, [...inherited, ...(call.depends_on ?? [])]),
    ),
  ];
}

/** Every managed resource of a plan, those of its modules included. */
export function resourcesOf(plan: Plan, root: string): readonly Resource[] {
  const waits = new Map(waitsOf(plan.configuration.root_module));
  const flatten = (module: Module): Resource[] => [
    ...(module.resources ?? [])
      .filter(({ mode }) => mode === 'managed')
      .map(({ address, type, values }) => ({
        address: `${root}:${address}`,
        type,
        values,
        dependsOn: waits.get(address.replaceAll(/\[[^\]]*\]/g, '')) ?? [],
      })),
    ...(module.child_modules ?? []).flatMap(flatten),
  ];
  return flatten(plan.planned_values.root_module);
}

/** What check blocks and other assertions of the plan's own found. */
export function failedChecks(plan: Plan): readonly string[] {
  return (plan.checks ?? [])
    .filter(({ status }) => status === 'fail' || status === 'error')
    .map(({ address, instances }) => {
      const messages = (instances ?? []).flatMap(({ problems }) => problems ?? []);
      return `${address.to_display}: ${messages.map(({ message }) => message).join('; ')}`;
    });
}
