/*
 * For node --require as the caches are made: writes at the end of the process what V8 has compiled of
 * the program that start.cjs runs.
 */
const { writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

// V8 forgets the code of a function that has not run for a while, and a module runs once.
v8.setFlagsFromString('--no-flush-bytecode');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    process.on('exit', () => {
      // V8 takes a cache only where the flags are those that it was made with.
      v8.setFlagsFromString('--flush-bytecode');
      // V8's default: on a busy machine the program has changed it by now (lib/heap-growth.ts).
      v8.setFlagsFromString('--heap-growing-percent=0');
      writeFileSync(options.filename.replace(/\.js$/, '.cache'), this.createCachedData());
    });
  }
};
