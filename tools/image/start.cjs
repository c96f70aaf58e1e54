/*
 * What an image runs: the program that tools/image/bundle.ts wrote beside this file, with V8's code
 * cache of it. Signals come first: early-signal.cjs says why.
 *
 * Node's own compile cache holds what is compiled as a file loads. Nearly all functions of a bundle are
 * compiled later, as each module begins to run, so this reads a cache that was made after a request.
 * V8 refuses it where its version or its flags differ; the program then compiles as it goes.
 */
require('./early-signal.cjs');

const { existsSync, readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const filename = `${__dirname}/program.js`;
const cache = `${__dirname}/program.cache`;
// Only ASCII: as Latin-1 it is a string of one byte a character, without decoding.
const script = new Script(readFileSync(filename, 'latin1'), {
  filename,
  cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
});
// A promise: what it rejects with ends the process, as an error of a main module does.
script.runInThisContext()(require, filename, __dirname, pathToFileURL(filename).href);
