// @peculiar/x509 refuses to load without a reflection polyfill.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type IssuedCertificate = Readonly<{ cert: string; key: string }>;

export type Authority = Readonly<{
  certPem: string;
  /** For NODE_EXTRA_CA_CERTS and GRPC_DEFAULT_SSL_ROOTS_FILE_PATH. */
  certFile: string;
  issue(hosts: readonly string[]): Promise<IssuedCertificate>;
}>;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Long enough for a day's work; the authority's key never leaves this process. */
const VALID_MS = 24 * 3_600_000;
/** Clocks of one machine agree, but a certificate's times are in seconds. */
const BACKDATED_MS = 60_000;

const generateKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const validity = () => ({
  notBefore: new Date(Date.now() - BACKDATED_MS),
  notAfter: new Date(Date.now() + VALID_MS),
});

/** A certificate authority for this run, with its certificate in `directory`. */
export async function createAuthority(directory: string): Promise<Authority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Shakesapp local cloud',
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const certPem = root.toString('pem');
  const certFile = join(directory, 'authority.pem');
  await writeFile(certFile, `${certPem}\n`);

  const issue = async (hosts: readonly string[]): Promise<IssuedCertificate> => {
    const leafKeys = await generateKeys();
    const leaf = await X509CertificateGenerator.create({
      subject: `CN=${hosts[0] ?? 'localhost'}`,
      issuer: root.subject,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
        ),
      ],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey));
    const body = pkcs8.toString('base64').replace(/(.{64})/g, '$1\n');
    return {
      cert: `${leaf.toString('pem')}\n${certPem}\n`,
      key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
    };
  };
  return { certPem, certFile, issue };
}
