/*
 * For NODE_OPTIONS=--require: the program gets the signal SIGNALLED_EARLY once it has its first
 * handler for SIGTERM. Node has another before, which ends a process by the signal's default; PID 1
 * has none, so that is ignored. Exits 3 where an ES module runs before that handler is there: what
 * loads and compiles them takes longer than Node's own start.
 */
process.on('newListener', function onListener(event) {
  if (event !== 'SIGTERM') return;
  process.off('newListener', onListener);
  if (globalThis.modulesRun) process.exit(3);
  process.nextTick(() => process.kill(process.pid, process.env.SIGNALLED_EARLY));
});
