import { homedir } from 'node:os';

/** What a report never holds, by its shape, and what stands in its place. */
const SHAPES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [\s\S]*?(-----END [A-Z ]+-----|$)/g, '<key>'],
  [/\bBearer\s+\S+/gi, 'Bearer <token>'],
  [/\bya29\.[\w.-]+/g, '<token>'],
  [/\beyJ[\w-]{10,}(\.[\w-]*)*/g, '<token>'],
  [/\bAIza[\w-]{20,}/g, '<key>'],
  // `password=…`, `"api_key": "…"`, in URLs and in what programs say
  [
    /([\w-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|signature)[\w-]*["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    '$1<secret>',
  ],
  // https://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1'],
  // The service accounts of the deployment stay; nobody's own address does.
  [/[\w.+%-]+@(?!PROJECT\.iam\.gserviceaccount\.com)[\w-]+(\.[\w-]+)+/g, '<e-mail address>'],
  // Hosts of Cloud Run hold the project's number or a hash of it.
  [/\b([a-z]+)-[a-z0-9-]+(\.[a-z0-9-]+)*\.run\.app\b/g, '$1.run.app'],
  [/\bprojects\/\d+/g, 'projects/NUMBER'],
  [/\bproject(?:[ _-]?number)?([ :=/"']+)\d{5,}/gi, 'project$1NUMBER'],
  [/\b\d{10,13}\b/g, 'NUMBER'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, '<address>'],
  [/\b(?:[0-9a-f]{1,4}:){3,}[0-9a-f:]*\b/gi, '<address>'],
  // Ids of traces (32 digits) stay; keys and ids of instances are longer.
  [/(?<![\w/+-])[\w/+-]{41,}={0,2}/g, '<long id>'],
];

/** Removes what a stranger need not know: see `LEFT_OUT`. */
export function createRedaction(projectId: string): (text: string) => string {
  const home = homedir();
  return (text) => {
    const local = home.length > 1 ? text.replaceAll(home, '~') : text;
    return SHAPES.reduce(
      (redacted, [pattern, replacement]) => redacted.replace(pattern, replacement),
      local.replaceAll(projectId, 'PROJECT'),
    );
  };
}

/** For whoever reads the report. */
export const LEFT_OUT =
  'Left out: tokens, keys and passwords; e-mail addresses, except those of the deployment’s own ' +
  'service accounts; the project’s id (here PROJECT) and number; addresses of hosts; ids longer ' +
  'than 40 characters; attributes of spans that are not listed in the OpenTelemetry conventions ' +
  'this project uses (their names stay).';

/** Attributes whose values a report needs. */
const KEPT =
  /^(shakesapp\.|service\.|telemetry\.|cloud\.(platform|provider|region|availability_zone)$|faas\.|k8s\.|http\.|rpc\.|network\.protocol\.|url\.(path|scheme)$|error\.|exception\.type$|g\.co\/(agent|r\/)|\/http\/(status_code|method)$|\/component$)/;

/** Whatever a caller sent along: among it cookies and keys. */
const NEVER = /header|metadata|cookie|authorization|query|secret|token|password/i;

export const keepAttribute = (key: string): boolean => KEPT.test(key) && !NEVER.test(key);
