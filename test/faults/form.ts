export type Form = 'quick' | 'full';

/** `FAULTS=full` (or `npm run test:faults -- --full`) takes the full form. */
export const FORM: Form = process.env.FAULTS === 'full' ? 'full' : 'quick';

/** One of two values, by the form that runs. */
export const byForm = <T>(quick: T, full: T): T => (FORM === 'full' ? full : quick);

/** For rows that a loop makes: the quick form has those that stand for their kind. */
export const quickIf = (standsForItsKind: boolean): 'both' | 'full' =>
  standsForItsKind ? 'both' : 'full';
