/**
 * The first ES import of node:http reads all that it exports. Three exports are getters that load
 * undici, which takes 25 ms and which `up` does not use. To be imported before node:http is.
 */
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) Reflect.deleteProperty(http, name);
