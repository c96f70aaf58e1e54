/** One wrong change of cloudbuild.yaml, and the words in which it is refused. */
export type Mutation = Readonly<{ title: string; from: string; to: string; refusal: RegExp }>;

export const MUTATIONS: readonly Mutation[] = [
  {
    title: 'a substitution that is used and not declared',
    from: '  _TAG: v1\n',
    to: '',
    refusal: /"_TAG" is not a valid built-in substitution/,
  },
  {
    title: 'a substitution that is declared and not used',
    from: '  _TAG: v1\n',
    to: '  _TAG: v1\n  _ZONE: a\n',
    refusal: /"_ZONE" in the substitution data is not matched/,
  },
  {
    title: 'an own service account without a decision where logs go',
    from: '  logging: CLOUD_LOGGING_ONLY',
    to: '  machineType: E2_HIGHCPU_8',
    refusal: /logs_bucket/,
  },
  {
    title: 'a service account that terraform does not make',
    from: '/serviceAccounts/shakesapp-build@',
    to: '/serviceAccounts/builder@',
    refusal: /service account builder@.* does not exist/,
  },
  {
    title: 'a repository that terraform does not make',
    from: '_REPOSITORY: trace-codelab',
    to: '_REPOSITORY: images',
    refusal: /no such repository/,
  },
  {
    title: 'two steps of one name',
    from: 'id: resolve',
    to: 'id: check',
    refusal: /duplicate step id "check"/,
  },
  {
    title: 'a step that waits for one that is not there',
    from: '  - id: build\n',
    to: "  - id: build\n    waitFor: ['checks']\n",
    refusal: /unknown step "checks"/,
  },
  {
    title: 'a key that the schema does not know',
    from: 'timeout: 1200s',
    to: 'timeOut: 1200s',
    refusal: /timeOut/,
  },
  {
    title: 'a time limit above a day',
    from: 'timeout: 1200s',
    to: 'timeout: 90000s',
    refusal: /invalid timeout/,
  },
];
