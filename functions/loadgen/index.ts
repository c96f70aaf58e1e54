import { type HttpFunction, http } from '@google-cloud/functions-framework';

export const FUNCTION_NAME = 'loadgen';

/** Registers the HTTP function under the name that the platform's target names. */
export function registerLoadgen(app: HttpFunction): void {
  http(FUNCTION_NAME, app);
}
