// Runs in loadgen's image as the CronJob's one command: posts one run to loadgen and fails if it is
// not taken. Kubernetes names a CronJob's job NAME-MINUTES, minutes since 1970 of the time it was
// scheduled for; a job that was started by hand has no number, and gets this minute.
const { LOADGEN_URL, LOAD_BODY, TIMEOUT_SECONDS, JOB_NAME } = process.env;
const minutes = Number(/-(\d{8})$/.exec(JOB_NAME)?.[1] ?? Math.floor(Date.now() / 60_000));
const scheduledTime = new Date(minutes * 60_000).toISOString();
const say = (severity, message, fields) =>
  console.log(JSON.stringify({ severity, message, scheduledTime, ...fields }));
try {
  const answer = await fetch(LOADGEN_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...JSON.parse(LOAD_BODY), scheduledTime }),
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
  });
  const body = await answer.text();
  say(answer.ok ? 'INFO' : 'ERROR', 'loadgen answered', { status: answer.status, body });
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  say('ERROR', 'loadgen did not answer', { error: String(error.cause ?? error) });
  process.exitCode = 1;
}
