import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf } from '../../../tools/cli/google-refusals.ts';

/** Words of Google's services, as they are found in bug reports. */
const CASES: { name: string; said: string; fix: RegExp }[] = [
  {
    name: 'credentials of a person without a quota project',
    said: 'Your application is authenticating by using local Application Default Credentials. The cloudscheduler.googleapis.com API requires a quota project, which is not set by default. To learn how to set your quota project, see https://cloud.google.com/docs/authentication/adc-troubleshooting/user-creds .',
    fix: /^gcloud auth application-default set-quota-project my-project$/,
  },
  {
    name: 'the same in older words',
    said: 'Your application has authenticated using end user credentials from the Google Cloud SDK or Google Cloud Shell which are not supported by the run.googleapis.com.',
    fix: /^gcloud auth application-default set-quota-project my-project$/,
  },
  {
    name: "an API that is not enabled in gcloud's own project",
    said: 'Cloud Scheduler API has not been used in project 764086051850 before or it is disabled.',
    fix: /^gcloud auth application-default set-quota-project my-project$/,
  },
  {
    name: 'credentials that are not there',
    said: 'Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more information.',
    fix: /^gcloud auth application-default login$/,
  },
  {
    name: 'credentials that have expired',
    said: '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}',
    fix: /^gcloud auth application-default login$/,
  },
  {
    name: 'a quota project that the person may not use',
    said: 'Caller does not have required permission to use project my-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role',
    fix: /^gcloud projects add-iam-policy-binding my-project --condition None --member "user:\$\(gcloud config get account\)" --role roles\/serviceusage\.serviceUsageConsumer$/,
  },
  {
    name: 'an API that is not enabled',
    said: 'Cloud Run Admin API has not been used in project 42 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/run.googleapis.com/overview?project=42 then retry.',
    fix: /^gcloud services enable run\.googleapis\.com --project my-project$/,
  },
];

describe('refusalOf', () => {
  for (const { name, said, fix } of CASES) {
    it(`knows ${name}`, () => assert.match(refusalOf(said, 'my-project')?.fix ?? '', fix));
  }

  it('leaves a missing permission to whoever knows the role', () => {
    assert.equal(refusalOf('The caller does not have permission', 'my-project'), undefined);
  });

  it('takes the API that was called where the words name none', () => {
    const said = 'Cloud Scheduler API has not been used in project 1 before';
    const called = 'cloudscheduler.googleapis.com';
    assert.match(refusalOf(said, 'p', called)?.fix ?? '', /enable cloudscheduler\.googleapis\.com/);
  });
});
