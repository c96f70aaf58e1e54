import grpc from '@grpc/grpc-js';

/** `host:port` is plain text; `https://…` is TLS, with an ID token in each call. */
export function serverChannel(address: string): {
  target: string;
  credentials: grpc.ChannelCredentials;
} {
  if (!address.startsWith('https://')) {
    return { target: address, credentials: grpc.credentials.createInsecure() };
  }
  const { origin, hostname, port } = new URL(address);
  const token = grpc.credentials.createFromMetadataGenerator((_, done) => {
    fetchIdToken(origin).then((value) => {
      const metadata = new grpc.Metadata();
      metadata.set('authorization', `Bearer ${value}`);
      done(null, metadata);
    }, done);
  });
  return {
    target: `${hostname}:${port || 443}`,
    credentials: grpc.credentials.combineChannelCredentials(grpc.credentials.createSsl(), token),
  };
}

async function fetchIdToken(audience: string): Promise<string> {
  const path = 'computeMetadata/v1/instance/service-accounts/default/identity';
  const url = `http://${process.env.GCE_METADATA_HOST}/${path}?audience=${encodeURIComponent(audience)}`;
  return (await fetch(url, { headers: { 'metadata-flavor': 'Google' } })).text();
}
