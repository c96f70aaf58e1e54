/** Names that Cloud Build knows in every build. */
const BUILT_IN = [
  ...['PROJECT_ID', 'PROJECT_NUMBER', 'BUILD_ID', 'LOCATION', 'TRIGGER_NAME', 'COMMIT_SHA'],
  ...['REVISION_ID', 'SHORT_SHA', 'REPO_NAME', 'REPO_FULL_NAME', 'BRANCH_NAME', 'TAG_NAME'],
  ...['REF_NAME', 'TRIGGER_BUILD_CONFIG_PATH', 'SERVICE_ACCOUNT_EMAIL', 'SERVICE_ACCOUNT'],
];

// $$ is a dollar sign; $NAME and ${NAME} are names.
const USE = /\$(?:\$|(?<plain>[A-Z_][A-Z0-9_]*)|\{(?<braced>[A-Z_][A-Z0-9_]*)\})/g;

/** Every text of a build in which Cloud Build substitutes; scripts are left as they are. */
function textsOf(value: unknown, key = ''): string[] {
  if (key === 'script' || key === 'substitutions') return [];
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    textsOf(inner, Array.isArray(value) ? key : name),
  );
}

/** What the service says against the substitutions of a build whose options ask for a match. */
export function substitutionProblems(
  build: object,
  declared: Readonly<Record<string, string>>,
): string[] {
  const used = new Set(
    textsOf(build).flatMap((text) =>
      [...text.matchAll(USE)].map(({ groups }) => groups?.plain ?? groups?.braced ?? ''),
    ),
  );
  used.delete('');
  const known = [...BUILT_IN, ...Object.keys(declared)];
  return [
    ...Object.keys(declared)
      .filter((name) => !/^_[A-Z0-9_]+$/.test(name))
      .map((name) => `substitution key "${name}" does not match format "^_[A-Z0-9_]+$"`),
    ...[...used]
      .filter((name) => !known.includes(name))
      .map((name) => `key in the template "${name}" is not a valid built-in substitution`),
    ...Object.keys(declared)
      .filter((name) => !used.has(name))
      .map((name) => `key "${name}" in the substitution data is not matched in the template`),
  ];
}

export function substitute<T>(value: T, values: Readonly<Record<string, string>>, key = ''): T {
  if (key === 'script' || key === 'substitutions') return value;
  if (typeof value === 'string') {
    return value.replaceAll(USE, (text, plain?: string, braced?: string) =>
      text === '$$' ? '$' : (values[plain ?? braced ?? ''] ?? ''),
    ) as T;
  }
  if (Array.isArray(value)) return value.map((one) => substitute(one, values, key)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, substitute(inner, values, name)]),
  ) as T;
}
