import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containersOfPod, effectiveSecurity } from './planned-pods.ts';

const POD = {
  security_context: [
    { run_as_non_root: true, run_as_user: '65532', seccomp_profile: [{ type: 'RuntimeDefault' }] },
  ],
};

test('a container without settings gets those of its pod', () => {
  const security = effectiveSecurity(POD, {});
  assert.deepEqual(
    [security.runAsNonRoot, security.runAsUser, security.seccomp],
    [true, 65532, 'RuntimeDefault'],
  );
});

test('what a container says overrides its pod, false included', () => {
  const own = {
    run_as_non_root: false,
    run_as_user: '0',
    seccomp_profile: [{ type: 'Unconfined' }],
  };
  const security = effectiveSecurity(POD, { security_context: [own] });
  assert.deepEqual(
    [security.runAsNonRoot, security.runAsUser, security.seccomp],
    [false, 0, 'Unconfined'],
  );
});

test('an empty user of a container is no user', () => {
  assert.equal(
    effectiveSecurity(POD, { security_context: [{ run_as_user: '' }] }).runAsUser,
    65532,
  );
});

test('what no setting forbids is allowed', () => {
  const security = effectiveSecurity({}, {});
  assert.equal(security.allowPrivilegeEscalation, true);
  assert.equal(security.runAsNonRoot, false);
  assert.equal(security.readOnlyRootFilesystem, false);
  assert.deepEqual(security.dropped, []);
});

test('containers that run before the others are among a pod’s containers', () => {
  const pod = { init_container: [{ name: 'first' }], container: [{ name: 'second' }] };
  assert.deepEqual(
    containersOfPod(pod).map(({ name }) => name),
    ['first', 'second'],
  );
});
