import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../tools/local/cloud/identity/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'roots-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What gRPC trusts in this process. It reads that when it is loaded: import this before it. */
export const authority = await createAuthority(folder);
process.env.GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = authority.certFile;
