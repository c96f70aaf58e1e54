/** Somebody's text as a log line or a message holds it, such as the URL of a request. */
export function excerpt(text: string, maxLength = 1_024): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
