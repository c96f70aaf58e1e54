import { accountOf, type Project, type Service } from './fake-google.ts';

/** One thing wrong with a project: which check says so, in which words, and with which command. */
export type Defect = Readonly<{
  title: string;
  spoil(project: Project): void;
  check: string;
  text: RegExp;
  fix: string;
}>;

const serviceOf = (project: Project, name: 'loadgen' | 'client' | 'server'): Service => {
  const service = project.services[name];
  if (!service) throw new Error(`no ${name}`);
  return service;
};

const DEPLOY =
  'terraform -chdir=terraform output -raw what_next   # prints the apply with all its variables; ' +
  'if it knows of no deployment: terraform -chdir=terraform apply -var project_id=my-project -var region=us-central1';

const PLACE = '--project my-project --region us-central1';

export const DEFECTS: readonly Defect[] = [
  {
    title: 'a project that is being deleted',
    spoil: (project) => {
      project.state = 'DELETE_REQUESTED';
    },
    check: 'project',
    text: /my-project is DELETE_REQUESTED/,
    fix: 'gcloud projects undelete my-project',
  },
  {
    title: 'a project that the caller cannot see',
    spoil: (project) => {
      project.refuse = { status: 403, message: 'The caller does not have permission' };
    },
    check: 'project',
    text: /no project my-project that you can read/,
    fix: 'gcloud projects list   # take --project from this list, or sign in as another person: gcloud auth application-default login',
  },
  {
    title: 'a project whose Resource Manager API is off',
    spoil: (project) => {
      project.refuse = {
        status: 403,
        message:
          'Cloud Resource Manager API has not been used in project 42 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/cloudresourcemanager.googleapis.com/overview?project=42',
      };
    },
    check: 'project',
    text: /^cloudresourcemanager\.googleapis\.com is not enabled: Cloud Resource/,
    fix: 'gcloud services enable cloudresourcemanager.googleapis.com --project my-project',
  },
  {
    title: 'credentials of a person without a quota project',
    spoil: (project) => {
      project.refuse = {
        status: 403,
        message: 'This API requires a quota project, which is not set',
      };
    },
    check: 'project',
    text: /name no quota project/,
    fix: 'gcloud auth application-default set-quota-project my-project',
  },
  {
    title: 'a token that Google does not take',
    spoil: (project) => {
      project.refuse = { status: 401, message: 'Request had invalid authentication credentials.' };
    },
    check: 'project',
    text: /^Google rejects your credentials/,
    fix: 'gcloud auth application-default login',
  },
  ...[
    {
      what: 'the services',
      path: /\/v2\/.*\/services\/\w+$/,
      message: "Permission 'run.services.get' denied on resource (or it may not exist).",
      ...{ check: 'services', role: 'roles/viewer' },
    },
    {
      what: 'the policies, in words that name the permission',
      path: /^\/v2\/.*:getIamPolicy$/,
      message: "Permission 'run.services.getIamPolicy' denied on resource (or it may not exist).",
      ...{ check: 'invokers', role: 'roles/iam.securityReviewer' },
    },
    {
      what: 'the policies, in words that do not',
      path: /^\/v3\/.*:getIamPolicy$/,
      message: 'The caller does not have permission',
      ...{ check: 'trace-writers', role: 'roles/iam.securityReviewer' },
    },
  ].map(({ what, path, message, check, role }) => ({
    title: `a caller without permission to read ${what}`,
    spoil: (project: Project) => {
      project.refuse = { status: 403, message, path };
    },
    check,
    text: /^permission denied: .*; someone who can grant roles must run the command$/,
    fix: `gcloud projects add-iam-policy-binding my-project --condition None --member "user:$(gcloud config get account)" --role ${role}`,
  })),
  {
    title: 'two APIs that are not enabled',
    spoil: (project) => {
      project.apis = project.apis.filter((name) => !/^(run|cloudtrace)\./.test(name));
    },
    check: 'apis',
    text: /^not enabled: cloudtrace\.googleapis\.com, run\.googleapis\.com$/,
    fix: 'gcloud services enable cloudtrace.googleapis.com run.googleapis.com --project my-project',
  },
  {
    title: 'no repository',
    spoil: (project) => {
      project.repositories = [];
    },
    check: 'repository',
    text: /no repository trace-codelab in us-central1 of my-project/,
    fix: DEPLOY,
  },
  {
    title: 'an image that was never pushed',
    spoil: (project) => {
      delete project.tags.client;
    },
    check: 'images',
    text: /^no image of client$/,
    fix:
      `gcloud builds submit ${PLACE} --config cloudbuild.yaml ` +
      `--service-account projects/my-project/serviceAccounts/${accountOf('build')} ` +
      '--gcs-source-staging-dir gs://my-project-shakesapp-build/source ' +
      '--substitutions _REGION=us-central1,_REPOSITORY=trace-codelab,_TAG=v1 .',
  },
  {
    title: 'a service that is not deployed',
    spoil: (project) => {
      delete project.services.server;
    },
    check: 'services',
    text: /^server is not deployed in us-central1$/,
    fix: DEPLOY,
  },
  {
    title: 'a service that does not start',
    spoil: (project) => {
      serviceOf(project, 'client').state = 'CONDITION_FAILED';
    },
    check: 'services',
    text: /^client is not ready \(CONDITION_FAILED\): as the test says$/,
    fix: `gcloud run services logs read client ${PLACE} --limit 50`,
  },
  ...(
    [
      ['loadgen', 'scheduler'],
      ['client', 'loadgen'],
      ['server', 'client'],
    ] as const
  ).map(([name, caller]) => ({
    title: `${caller} that cannot call ${name}`,
    spoil: (project: Project) => {
      serviceOf(project, name).invokers = [];
    },
    check: 'invokers',
    text: new RegExp(`^serviceAccount:${accountOf(caller)} has no permission to call ${name}$`),
    fix: `gcloud run services add-iam-policy-binding ${name} ${PLACE} --member serviceAccount:${accountOf(caller)} --role roles/run.invoker`,
  })),
  {
    title: 'a service that everybody may call',
    spoil: (project) => {
      serviceOf(project, 'client').invokers.push('allUsers');
    },
    check: 'invokers',
    text: /^allUsers can call client$/,
    fix: `gcloud run services remove-iam-policy-binding client ${PLACE} --member allUsers --role roles/run.invoker`,
  },
  {
    title: 'a service account that cannot write traces',
    spoil: (project) => {
      const [binding] = project.bindings;
      if (binding) binding.members = binding.members.filter((member) => !/server/.test(member));
    },
    check: 'trace-writers',
    text: /\(server\) has none of roles\/cloudtrace\.agent/,
    fix: `gcloud projects add-iam-policy-binding my-project --condition None --member serviceAccount:${accountOf('server')} --role roles/cloudtrace.agent`,
  },
  {
    title: 'traces that go to another project',
    spoil: (project) => {
      serviceOf(project, 'loadgen').env.GOOGLE_CLOUD_PROJECT = 'another';
    },
    check: 'trace-writers',
    text: /^loadgen writes its traces to another, not to my-project$/,
    fix: `gcloud run services update loadgen ${PLACE} --update-env-vars GOOGLE_CLOUD_PROJECT=my-project`,
  },
  {
    title: 'a table of counts that the works do not have',
    spoil: (project) => {
      serviceOf(project, 'loadgen').env.KNOWN_QUERIES = '{"thee":7}';
    },
    check: 'works',
    text: /^"thee" is in 2 lines, expected 7$/,
    fix:
      "npx shakesapp queries --bucket texts --prefix '/' > known-queries.json   # then apply with " +
      '-var known_queries="$(cat known-queries.json)"',
  },
];
